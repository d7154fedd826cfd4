// Pay: what a session earns, in integer minor units.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workflows/boxed.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

/// The largest rate in minor units, above any tutor's, far below an overflow.
inline constexpr std::int64_t largest_rate_per_hour = 10'000'000;

/// Returns `minutes * rate_per_hour / 60`, rounded half up to a minor unit.
[[nodiscard]] std::int64_t pay_amount(int minutes, std::int64_t rate_per_hour);

enum class transfer_kind : std::uint8_t {
  settlement,    ///< pays a session, once
  correction,    ///< pays or takes back a difference, any number of times
  reversal,      ///< takes back the settlement with its corrections, once
  disbursement,  ///< gives what is paid out to the clearing account, once
  give_back,     ///< takes that back, once
};

[[nodiscard]] std::string_view to_string(transfer_kind k);
[[nodiscard]] std::optional<transfer_kind>
parse_transfer_kind(std::string_view text);

/// A ledger transaction, as a balanced pair of entries: one amount moved from
/// one account to another (`program:ID` to `tutor:ID`, or back).
struct transfer {
  transfer_kind kind = transfer_kind::settlement;
  std::string from;         ///< the account that gives: entry -amount
  std::string to;           ///< the account that gets: entry +amount
  std::int64_t amount = 0;  ///< minor units, never negative
  std::string currency;
  int n = 0;  ///< a correction's number, from 1; else 0
  bool operator==(const transfer &) const = default;

  static void each_member(auto &m, auto &t) {
    m.named("kind", t.kind, parse_transfer_kind,
            "settlement, correction or reversal");
    m.text("from", t.from);
    m.text("to", t.to);
    m.whole("amount", t.amount, 0);
    m.text("currency", t.currency);
    if (t.kind == transfer_kind::correction) m.count("n", t.n, 1);
  }
};

/// What a session was paid. `amount` is the net of settlement and corrections.
struct payout {
  std::int64_t amount = 0;
  instant settled_at;
  int corrections = 0;  ///< how many corrections there were
  bool operator==(const payout &) const = default;
};

/// What a session's pay is made of; the programme's account pays the tutor's.
struct pay_terms {
  std::string program;
  std::string tutor;
  std::int64_t rate_per_hour = 0;
  std::string currency;
};

[[nodiscard]] std::string program_account(std::string_view program);

/// Returns the transfer that pays a confirmed session.
[[nodiscard]] transfer settlement(const pay_terms &by, int minutes);
/// Returns the transfer of the difference that the new minutes make to what was
/// paid, in the direction of that difference, each figure rounded by itself;
/// nothing where nothing was paid or no difference is left.
[[nodiscard]] std::optional<transfer>
correction(const pay_terms &by, int minutes, const boxed<payout> &paid);
/// Returns the transfer by which a void takes back all that was paid; nothing
/// where nothing was paid.
[[nodiscard]] std::optional<transfer> reversal(const pay_terms &by,
                                               const boxed<payout> &paid);

}  // namespace recapd::workflows
