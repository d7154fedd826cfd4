// Which version of the policy, and which of its rules, a command is decided by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

#include "actors/policy_book.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/session.hpp"

namespace recapd::actors {

/// Returns the version and the rules. `version_of` returns the policy of a
/// version, by which a session that exists is decided; scheduling it again is
/// answered as if it did not exist, by the newest.
template <class VersionOf>
[[nodiscard]] std::pair<int, const workflows::rules &>
judging_rules(const policy_book &book, const workflows::session &state,
              const workflows::command &what, VersionOf version_of) {
  const auto *schedule = std::get_if<workflows::schedule_session>(&what);
  if (state.exists() && schedule == nullptr)
    return {state.policy_version, version_of(state.policy_version)
                                      .rules_for(state.program, state.course)};
  const auto [version, policy] = book.newest();
  if (schedule == nullptr) return {version, policy.base};
  return {version, policy.rules_for(schedule->program, schedule->course)};
}

}  // namespace recapd::actors
