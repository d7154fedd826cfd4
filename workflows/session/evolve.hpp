// evolve: the state after an event; effects: what else an event brings about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// Pure and total: never refuses, never looks at a clock or a policy.
[[nodiscard]] session evolve(session state, const event &e);

/// A message to a person about a session (docs/contract.md, 5).
struct notification {
  std::string kind;          ///< `student_recap_request`
  std::string to;            ///< `student:ID`, `tutor:ID`, `support`
  boost::json::object data;  ///< what the message needs to be worded
};

/// What one event brings about outside its session's row. It is committed with
/// the event.
struct effects {
  std::vector<notification> notifications;
  std::vector<claim> claims;            ///< counters to raise, with their caps
  std::vector<counted_usage> released;  ///< counters to lower
  std::optional<transfer> payment;      ///< a ledger transaction
};

/// `before` and `after` are the states around the event.
[[nodiscard]] effects effects_of(const session &before, const event &e,
                                 const session &after);

/// What fires next for a session, and when.
struct due_timer {
  std::string kind;  ///< a notification's kind, `deadline`, `auto_confirm`,
                     ///< `settle`
  instant at;        ///< as a person would say it
  instant fires_at;  ///< `deadline` fires just after `at`; all others at it
  bool operator==(const due_timer &) const = default;
};

/// The earliest timer, or nothing if the session waits for nobody.
[[nodiscard]] std::optional<due_timer> next_timer(const session &s,
                                                  const rules &decided_by);

/// `time the tutor and a student were both in the call`, rounded up to the
/// step, at most the maximum; nothing without calls. `now` counts a call that
/// still runs.
[[nodiscard]] std::optional<int>
suggested_minutes(const session &s, const rules &decided_by, instant now);

}  // namespace recapd::workflows
