// What comes of one command, as its handler drafts it, and what handlers share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workflows/limits.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::workflows {

/// The state as it was for a command at its receipt, and what comes of the
/// command: refusals, or events without their numbers.
/// A handler ends with `refuse` for one of the first six codes. It calls
/// `object` for each other code that applies, in the contract's order, and
/// `emit` for what happens if none applied.
class decision_draft {
public:
  decision_draft(const session &state, const facts &known);

  const session &s;
  const facts &f;
  const rules &r;
  /// The status by which the command is decided: received by the deadline it
  /// lifts `missed` and `update_denied`; later it finds it missed.
  session_status status;

  [[nodiscard]] bool in(session_status wanted) const {
    return status == wanted;
  }
  [[nodiscard]] bool by_tutor() const {
    return f.by.as == role::tutor && f.by.id == s.tutor;
  }
  [[nodiscard]] bool by_system() const { return f.by.as == role::system; }
  [[nodiscard]] bool by_support() const { return f.by.as == role::support; }
  [[nodiscard]] bool by_student(std::string_view id) const {
    return f.by.as == role::student && f.by.id == id;
  }

  /// Ends the check, with this as the answer's only refusal.
  void refuse(refusal_code code, std::string detail);
  /// Ends the check with `wrong-state`, naming the states that are needed.
  void refuse_state(std::string_view needed);
  void refuse_unless_allowed(std::string_view who);
  /// Refuses a change that could go back and forth for ever, once there were
  /// very many: whoever needs the session reads all of them.
  void refuse_if_full();
  /// Adds a refusal to the answer.
  void object(refusal_code code, std::string detail);
  /// Adds a limit's refusal for each claim that passes its limit.
  void object_to(const std::vector<claim> &claims);

  /// Emits the reminders due exactly at the deadline, and that it passed.
  void lapse();

  template <class Event> void emit(Event what) {
    events.emplace_back(std::move(what));
  }

  [[nodiscard]] bool refused() const { return !refusals.empty(); }
  /// Returns true if `refuse` ended the check.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Returns true if `miss_lifted` precedes what happens.
  [[nodiscard]] bool lifts() const { return lifts_; }
  /// Returns true if `session_missed` precedes what happens.
  [[nodiscard]] bool lapses() const { return lapses_; }
  /// Returns what the session would count again with so many minutes; empty
  /// unless the command lifts it, time had been logged and there are minutes.
  [[nodiscard]] std::vector<claim>
  lifted_claims(std::optional<int> minutes) const;
  /// Returns the claims of a session with so many minutes; without minutes only
  /// those that do not depend on them.
  [[nodiscard]] std::vector<claim> claims_for(std::optional<int> minutes) const;

  std::vector<refusal> refusals;
  std::vector<event_body> events;

private:
  bool lifts_ = false;
  bool lapses_ = false;
  bool ended_ = false;
};

/// Returns the flags that rounded minutes, received at `at`, raise.
[[nodiscard]] flag_set flags_of_minutes(const session &s, const rules &r,
                                        int minutes, instant at);

/// Returns the minutes rounded up to the step; nothing if they are out of
/// range.
[[nodiscard]] std::optional<int> rounded_minutes(std::int64_t given,
                                                 const rules &r);

/// Returns the rounded minutes; objects where they are out of range.
std::optional<int> check_minutes(decision_draft &d, std::int64_t given);

/// Returns true if every going student's recap is in, `apart_from` not counted.
[[nodiscard]] bool recaps_are_in(const session &s, std::string_view apart_from);

/// Emits the completion of a disputed session that goes back to wait for recaps
/// which came meanwhile.
void complete_what_was_disputed(decision_draft &d);

/// Returns what the correction would count more against the limits; empty where
/// it does not raise the minutes.
[[nodiscard]] std::vector<claim> claims_of_correction(const decision_draft &d,
                                                      const correct_minutes &c);

}  // namespace recapd::workflows
