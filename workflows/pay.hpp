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

/// In minor units: far above any tutor's, far below any overflow.
inline constexpr std::int64_t largest_rate_per_hour = 10'000'000;

/// `minutes * rate_per_hour / 60`, rounded half up to a minor unit.
[[nodiscard]] std::int64_t pay_amount(int minutes, std::int64_t rate_per_hour);

enum class transfer_kind : std::uint8_t {
  settlement,  ///< once a session
  correction,  ///< of what was settled; any number
  reversal,    ///< once a session: of the settlement with its corrections
};

[[nodiscard]] std::string_view to_string(transfer_kind k);
[[nodiscard]] std::optional<transfer_kind>
parse_transfer_kind(std::string_view text);

/// A ledger transaction: a balanced pair of entries, one amount moved from one
/// account to the other (`program:ID` to `tutor:ID`, or back).
struct transfer {
  transfer_kind kind = transfer_kind::settlement;
  std::string from;         ///< the account that gives: entry -amount
  std::string to;           ///< the account that gets: entry +amount
  std::int64_t amount = 0;  ///< minor units, never negative
  std::string currency;
  int n = 0;  ///< of a correction which one it is, from 1; else 0
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

/// `amount` is the net of the settlement and its corrections.
struct payout {
  std::int64_t amount = 0;
  instant settled_at;
  int corrections = 0;  ///< ledger transfers of that kind
  bool operator==(const payout &) const = default;

  static void each_member(auto &m, auto &p) {
    m.whole("amount", p.amount, 0);
    m.time("settled_at", p.settled_at);
    if (m.there("corrections", p.corrections))
      m.count("corrections", p.corrections, 0);
  }
};

/// By which a session is paid: from the programme's account to the tutor's.
struct pay_terms {
  std::string program;
  std::string tutor;
  std::int64_t rate_per_hour = 0;
  std::string currency;
};

[[nodiscard]] std::string program_account(std::string_view program);

/// Returns what a confirmed session pays.
[[nodiscard]] transfer settlement(const pay_terms &by, int minutes);
/// Returns the difference that other minutes than were paid make, in its
/// direction, each figure rounded by itself; nothing where there is none.
[[nodiscard]] std::optional<transfer>
correction(const pay_terms &by, int minutes, const boxed<payout> &paid);
/// Returns what a void takes back: all that was paid; nothing where none was.
[[nodiscard]] std::optional<transfer> reversal(const pay_terms &by,
                                               const boxed<payout> &paid);

}  // namespace recapd::workflows
