// Pay: what a session earns, in integer minor units.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace recapd::workflows {

/// `minutes * rate_per_hour / 60`, rounded half up to a minor unit.
[[nodiscard]] std::int64_t pay_amount(int minutes, std::int64_t rate_per_hour);

enum class transfer_kind : std::uint8_t { settlement, reversal };

/// `settlement` or `reversal`.
[[nodiscard]] std::string_view to_string(transfer_kind k);

/// A ledger transaction: a balanced pair of entries, one amount moved from one
/// account to the other (`program:ID` to `tutor:ID`, or back).
struct transfer {
  transfer_kind kind = transfer_kind::settlement;
  std::string from;         ///< the account that gives: entry -amount
  std::string to;           ///< the account that gets: entry +amount
  std::int64_t amount = 0;  ///< minor units, never negative
  std::string currency;
  bool operator==(const transfer &) const = default;
};

}  // namespace recapd::workflows
