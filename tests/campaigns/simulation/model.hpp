// The independent model: what must come of each command, by the contract.
//
// Written from the contract, apart from workflows/: simple, slow, and with no
// code of decide or evolve in it. It follows the commits in the order in which
// the journal took them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::simulation {

using workflows::instant;

/// What a session asks of, or holds of, one counter.
struct model_claim {
  std::string key;  ///< `kind/owner/item/day number`
  int amount = 0;
  std::optional<int> cap;
  std::string code;     ///< of the refusal
  std::string period;   ///< `2026-W47`, `2026-11-23`
  std::string student;  ///< or empty
};

struct model_student {
  std::string id;
  std::string status = "invited";
  bool in_call = false;
  bool joined = false;
  bool recap = false;
};

/// How many of a session's times for each kind of reminder are over.
using reminder_counts = std::map<std::string, int>;

struct model_session {
  std::string id;
  int version = 0;
  std::string state;  ///< empty: it does not exist
  std::string tutor, course, program, timezone, currency;
  bool online = true;
  instant starts_at, deadline;
  std::vector<model_student> students;
  bool tutor_in_call = false, tutor_joined = false, tutor_recap = false;
  std::chrono::microseconds shared{};
  std::optional<instant> shared_since;
  std::optional<int> minutes;
  std::int64_t rate = 0;
  std::vector<model_claim> held;
  int policy_version = 0;
  std::optional<instant> requested_at, completed_at;
  /// From when the clocks of its state count; a dispute moves that.
  std::optional<instant> clocks_from;
  std::set<std::string> disputed_by;
  std::string disputed_in;  ///< the state that it goes back to
  std::optional<instant> disputed_at;
  std::optional<std::int64_t> paid;
  int corrections = 0;   ///< transfers after the settlement
  int call_changes = 0;  ///< joins and leaves
  reminder_counts reminded;
  bool reopened = false;
  bool miss_told = false;  ///< of this window
  bool met = false;        ///< tutor and a student, in the call
  std::set<std::string> flags;

  [[nodiscard]] const model_student *find(const std::string &student) const;
  [[nodiscard]] model_student *find(const std::string &student);
};

/// A fact, and who is told what of it: `KIND to WHOM`, in any order.
struct model_event {
  std::string type;
  std::vector<std::string> told;
};

/// What must come of a command, or of what the engine does by itself.
struct expected_outcome {
  std::vector<std::string> codes;  ///< refusals, those of limits apart
  /// What must fit the limits, in the contract's order of refusals; each claim
  /// that does not fit is one more refusal.
  std::vector<model_claim> claims;
  std::vector<model_event> events;  ///< if accepted
  model_session after;              ///< if accepted
  std::optional<workflows::transfer> payment;

  bool ended = false;  ///< one of the first six codes
};

/// Who sent what, and when it was received.
struct model_command {
  const workflows::command *what = nullptr;
  workflows::person by;
  instant received_at;
};

/// Returns what must come of command `c`; `r` are the rules of the session, or
/// of a new one's course.
[[nodiscard]] expected_outcome expect_command(const model_session &s,
                                              const model_command &c,
                                              const workflows::rules &r,
                                              int policy_version);

/// Returns what the engine must do by itself at `now`.
[[nodiscard]] expected_outcome
expect_engine(const model_session &s, instant now, const workflows::rules &r);

/// Returns when the engine must look at the session next.
[[nodiscard]] std::optional<instant> owed_at(const model_session &s,
                                             const workflows::rules &r);

/// Returns what `minutes` of this session count against.
[[nodiscard]] std::vector<model_claim>
claims_of(const model_session &s, const workflows::rules &r, int minutes);

/// Each of these returns notifications as `KIND to WHOM`.
[[nodiscard]] std::string told_tutor(const std::string &kind,
                                     const model_session &s);
[[nodiscard]] std::string told_support(const std::string &kind);
/// One for each student who is invited or going, and the tutor, but not to
/// `by`.
[[nodiscard]] std::vector<std::string> told_others(const std::string &kind,
                                                   const model_session &s,
                                                   const workflows::person &by);
/// One for each student who is going; with `missing`, whose recap is not in.
[[nodiscard]] std::vector<std::string>
told_students(const std::string &kind, const model_session &s, bool missing);

/// Adds what comes of a passed deadline: a reminder that was due exactly then,
/// and the miss.
void lapse(expected_outcome &v, const workflows::rules &r);

/// Adds that the session is completed and, where the rules have no delay, paid.
void complete(expected_outcome &v, instant at, const workflows::rules &r);

/// Returns when a completed session must be paid, if there is a delay.
[[nodiscard]] std::optional<instant> settles_at(const model_session &s,
                                                const workflows::rules &r);

/// Returns `minutes * rate / 60`, rounded half up.
[[nodiscard]] std::int64_t pay_of(int minutes, std::int64_t rate);

}  // namespace recapd::simulation
