// One disbursement: its state, what may be said of it, and what comes of that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workflows/disbursements.hpp"
#include "workflows/ids.hpp"
#include "workflows/notification.hpp"
#include "workflows/programs.hpp"
#include "workflows/refusal.hpp"

namespace recapd::workflows {

// ---- events (stored facts) -------------------------------------------------

/// A run made it: the money of its transfers goes to the clearing account.
struct disbursement_opened {
  static constexpr std::string_view type = "disbursement.opened";
  std::string run;
  std::string program;
  std::string tutor;
  std::int64_t amount = 0;
  std::string currency;
  int transfers = 0;  ///< how many transfers it pays out
  std::optional<disbursement_way> by;
  bool operator==(const disbursement_opened &) const = default;
  static void each_member(auto &m, auto &e) {
    m.id("run", e.run);
    m.id("program", e.program);
    m.id("tutor", e.tutor);
    m.whole("amount", e.amount, 1);
    m.currency("currency", e.currency);
    m.count("transfers", e.transfers, 1);
    if (m.there("by", e.by))
      m.named("by", *e.by, parse_disbursement_way, "file or http");
  }
};
/// Who pays said what became of it. The type tells the result.
struct disbursement_moved {
  disbursement_status to = disbursement_status::sent;
  std::string reason = {};
  bool operator==(const disbursement_moved &) const = default;
};
/// A result named another amount or currency, and was refused.
struct disbursement_mismatched {
  static constexpr std::string_view type = "disbursement.mismatched";
  report_result said;
  bool operator==(const disbursement_mismatched &) const = default;
};

using disbursement_event_body =
    std::variant<disbursement_opened, disbursement_moved,
                 disbursement_mismatched>;

struct disbursement_event {
  int seq = 0;
  instant at;
  person by;
  disbursement_event_body what;
  bool operator==(const disbursement_event &) const = default;
};

// ---- state -----------------------------------------------------------------

struct disbursement {
  std::string id;
  int version = 0;  ///< 0: there is none
  std::string run;
  std::string program;
  std::string tutor;
  std::int64_t amount = 0;
  std::string currency;
  int transfers = 0;
  std::optional<disbursement_way> by;
  disbursement_status status = disbursement_status::open;
  instant opened_at{};
  instant changed_at{};
  std::string reason = {};
  bool was_confirmed = false;  ///< before it came back, or still
  /// The last result that named another amount or currency.
  std::optional<report_result> mismatch = std::nullopt;
  bool operator==(const disbursement &) const = default;

  [[nodiscard]] bool exists() const { return version > 0; }
};

/// Returns the state after an event.
[[nodiscard]] disbursement evolve(disbursement d, const disbursement_event &e);

/// What a result brings: events, none where it says what is known already, or
/// refusals. A refused one may have an event all the same, by the engine.
struct result_decision {
  std::vector<disbursement_event> events = {};
  std::vector<refusal> refusals = {};
};

/// What decide may know besides.
struct result_facts {
  person by;
  person engine;  ///< who acts in what the engine does by itself
  instant received_at;
  const program_set *programs = nullptr;  ///< null: all
};

[[nodiscard]] result_decision
decide(const disbursement &d, const report_result &c, const result_facts &f);

/// Returns whom an event that led to `after` is told to.
[[nodiscard]] std::vector<notification> notices_of(const disbursement &after,
                                                   const disbursement_event &e);

/// Returns the ledger transfer of an event that led to `after`, if any.
[[nodiscard]] std::optional<transfer> transfer_of(const disbursement &after,
                                                  const disbursement_event &e);

// ---- JSON ------------------------------------------------------------------

[[nodiscard]] std::string type_of(const disbursement_event_body &e);
[[nodiscard]] std::string to_text(const disbursement_event_body &e);
[[nodiscard]] boost::system::result<disbursement_event_body, std::string>
parse_disbursement_event(std::string_view type, const boost::json::value &data);
/// Returns true for the type of an event of disbursements.
[[nodiscard]] bool is_disbursement_event(std::string_view type);
/// Returns it as the contract has it (`Disbursement` of docs/openapi.json).
[[nodiscard]] boost::json::object to_view(const disbursement &d);

// ---- runs ------------------------------------------------------------------

/// A transfer that waits to be paid out.
struct waiting_transfer {
  std::string tutor;
  std::string currency;
  std::string session;
  transfer_kind kind = transfer_kind::settlement;
  int n = 0;
  std::int64_t amount = 0;  ///< of the tutor's account: negative where it gives
  bool operator==(const waiting_transfer &) const = default;
};

/// What a run pays a tutor in a currency.
struct planned_disbursement {
  std::string tutor;
  std::string currency;
  std::int64_t amount = 0;
  std::vector<waiting_transfer> transfers;
};

/// Returns what is paid out of transfers that are ordered by tutor and
/// currency: of each of them the sum, where it is positive and not below the
/// minimum. The others wait.
[[nodiscard]] std::vector<planned_disbursement>
plan_disbursements(const std::vector<waiting_transfer> &waiting,
                   std::int64_t minimum);

}  // namespace recapd::workflows
