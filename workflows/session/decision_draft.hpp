// What comes of one command, as its handler drafts it: what the handlers of
// `decide` share.
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

/// The state as the command's receipt sees it, and what comes of the command:
/// refusals, or events without their numbers.
/// A handler ends with `refuse` at the first six codes; of the rest it calls
/// `object` for each that applies, in the contract's order, and `emit` for what
/// happens if none did.
class decision_draft {
public:
  decision_draft(const session &state, const facts &known);

  const session &s;
  const facts &f;
  const rules &r;
  /// The status that counts: a command received by the deadline lifts
  /// `missed`; one received after it finds the session missed.
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

  /// Ends the check: the only refusal of the answer.
  void refuse(refusal_code code, std::string detail);
  /// `wrong-state`, and which state was needed.
  void refuse_state(std::string_view needed);
  void refuse_unless_allowed(std::string_view who);
  /// One of the refusals of the answer.
  void object(refusal_code code, std::string detail);
  /// A limit refusal for each claim that passes its limit.
  void object_to(const std::vector<claim> &claims);

  /// Emits that the deadline passed, and before it a reminder that was due
  /// exactly then.
  void lapse();

  template <class Event> void emit(Event what) {
    events.emplace_back(std::move(what));
  }

  [[nodiscard]] bool refused() const { return !refusals.empty(); }
  /// True if `refuse` ended the check.
  [[nodiscard]] bool ended() const { return ended_; }
  /// True if what happens is preceded by `miss_lifted`.
  [[nodiscard]] bool lifts() const { return lifts_; }
  /// True if what happens is preceded by `session_missed`.
  [[nodiscard]] bool lapses() const { return lapses_; }
  /// Returns what the session would count again with so many minutes: empty
  /// unless it lifts and time had been logged.
  [[nodiscard]] std::vector<claim>
  lifted_claims(std::optional<int> minutes) const;
  /// Where the minutes are none that can be logged, what does not depend on
  /// them.
  [[nodiscard]] std::vector<claim> claims_for(std::optional<int> minutes) const;

  std::vector<refusal> refusals;
  std::vector<event_body> events;

private:
  bool lifts_ = false;
  bool lapses_ = false;
  bool ended_ = false;
};

/// What minutes, rounded, that were received at `at` raise.
[[nodiscard]] flag_set flags_of_minutes(const session &s, const rules &r,
                                        int minutes, instant at);

/// The minutes rounded up to the step; nothing unless they and the rounded
/// figure are in range.
[[nodiscard]] std::optional<int> rounded_minutes(std::int64_t given,
                                                 const rules &r);

/// The same; of minutes that are out of range says why.
std::optional<int> check_minutes(decision_draft &d, std::int64_t given);

/// True if every going student's recap is in, apart from this one's.
[[nodiscard]] bool recaps_are_in(const session &s, std::string_view apart_from);

/// What the correction would count more against the limits; empty where it is
/// for less, or for none.
[[nodiscard]] std::vector<claim> claims_of_correction(const decision_draft &d,
                                                      const correct_minutes &c);

}  // namespace recapd::workflows
