// Disbursements: the rules by which settled pay is paid out, and their words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workflows/pay.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

/// How what is paid out leaves.
enum class disbursement_way : std::uint8_t { file, http };

/// `policy.disbursements`: a run a week.
struct disbursement_rules {
  int on = 5;              ///< 1 Monday to 7 Sunday
  int at_minute = 6 * 60;  ///< of the local day
  std::chrono::seconds after_settled = std::chrono::hours{14 * 24};
  std::int64_t minimum = 0;  ///< minor units
  std::optional<disbursement_way> by;
  bool operator==(const disbursement_rules &) const = default;
};

/// The states of a disbursement.
enum class disbursement_status : std::uint8_t {
  open,       ///< made by a run, its money is in the clearing account
  sent,       ///< given to who pays
  confirmed,  ///< paid
  failed,     ///< not paid: the money is the tutor's account's again
  returned,   ///< paid and come back: the same
};

[[nodiscard]] std::string_view to_string(disbursement_way w);
[[nodiscard]] std::optional<disbursement_way>
parse_disbursement_way(std::string_view text);
[[nodiscard]] std::string_view to_string(disbursement_status s);
[[nodiscard]] std::optional<disbursement_status>
parse_disbursement_status(std::string_view text);
/// Reads what a result may say: any state but `open`.
[[nodiscard]] std::optional<disbursement_status>
parse_disbursement_result(std::string_view text);

/// Returns true where the money is the tutor's account's again.
[[nodiscard]] constexpr bool gives_back(disbursement_status s) {
  return s == disbursement_status::failed || s == disbursement_status::returned;
}

/// Reads `06:00` as minutes of a day.
[[nodiscard]] std::optional<int> parse_minute_of_day(std::string_view text);
[[nodiscard]] std::string minute_of_day_name(int minute);

/// Returns the first moment after `after` at which a run is due: a time that a
/// zone skips is the moment of the skip, one that comes twice the first.
[[nodiscard]] instant next_run(const disbursement_rules &r,
                               std::string_view zone, instant after);
/// Returns the last moment of a run that is not after `now` and after `after`;
/// nothing where none is due: what was missed is one run.
[[nodiscard]] std::optional<instant> due_run(const disbursement_rules &r,
                                             std::string_view zone,
                                             instant after, instant now);

/// Returns a run's id, the same whoever begins it: of the programme and the
/// local time, or a digest of them where that is too long for an id.
[[nodiscard]] std::string run_id(std::string_view program,
                                 std::string_view zone, instant at);
/// Returns a disbursement's id: a run makes one for a tutor and currency.
[[nodiscard]] std::string disbursement_id(std::string_view run,
                                          std::string_view tutor,
                                          std::string_view currency);

// What is stored beside sessions, by keys that no client can choose as an id.

/// Returns the key of a disbursement: its rows in journal and ledger.
[[nodiscard]] std::string disbursement_key(std::string_view id);
/// Returns the disbursement's id that a key has; nothing of a session's.
[[nodiscard]] std::optional<std::string_view>
disbursement_of(std::string_view key);
/// Returns the key of what makes a programme's runs.
[[nodiscard]] std::string runs_key(std::string_view program);
[[nodiscard]] std::optional<std::string_view> runs_of(std::string_view key);

[[nodiscard]] std::string clearing_account(std::string_view program);

/// What became of a disbursement, as who pays says (docs/contract.md, 1).
struct report_result {
  static constexpr std::string_view type = "disbursement.result";
  disbursement_status result = disbursement_status::sent;
  std::int64_t amount = 0;
  std::string currency;
  std::string reason = {};
  bool operator==(const report_result &) const = default;
  static void each_member(auto &m, auto &c) {
    m.named("result", c.result, parse_disbursement_result,
            "sent, confirmed, failed or returned");
    m.clamped("amount", c.amount);
    m.currency("currency", c.currency);
    if (m.there("reason", c.reason)) m.text("reason", c.reason);
  }
};

}  // namespace recapd::workflows
