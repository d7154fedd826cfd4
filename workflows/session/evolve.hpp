// evolve: the state after an event; effects: what else an event brings about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflows/notification.hpp"
#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// Returns the state after an event. Never refuses; needs no clock or policy.
[[nodiscard]] session evolve(session state, const event &e);

/// What one event brings about outside its session. It is committed with
/// the event.
struct effects {
  std::vector<notification> notifications;
  std::vector<claim> claims;            ///< counters to raise, with their caps
  std::vector<counted_usage> released;  ///< counters to lower
  std::optional<transfer> payment;      ///< a ledger transaction
};

/// Moves the session on by an event, and returns what that brings about.
[[nodiscard]] effects happen(session &s, const event &e);

/// What fires next for a session, and when.
struct due_timer {
  std::string kind;  ///< a reminder, `deadline`, `auto_confirm` or `settlement`
  instant at;        ///< the moment as people are told it
  instant fires_at;  ///< just after `at` for `deadline`, else `at`
  bool operator==(const due_timer &) const = default;
};

/// Returns the session's earliest timer; nothing if it waits for nobody.
[[nodiscard]] std::optional<due_timer> next_timer(const session &s,
                                                  const rules &decided_by);

/// Returns the time in which the tutor and a student were both in the call,
/// rounded up to the step, at most the maximum; nothing without calls. A call
/// that still runs counts up to `now`.
[[nodiscard]] std::optional<int>
suggested_minutes(const session &s, const rules &decided_by, instant now);

}  // namespace recapd::workflows
