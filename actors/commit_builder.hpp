// From decided events to what one transaction writes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "actors/submission.hpp"
#include "storage/store.hpp"
#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::actors {

/// What a decision brings about: the state after it, and everything that is
/// written with it but the outcome.
struct built_commit {
  storage::commit what;
  workflows::session after;
  std::vector<workflows::usage_key> released;  ///< counters given back
};

/// `from` is the command, or null for the engine's own doings; `trace` is the
/// trace context that they belong to, or empty.
[[nodiscard]] built_commit
build_commit(const workflows::session &before,
             const std::vector<workflows::event> &events,
             const workflows::rules &decided_by, const submission *from,
             std::string_view trace);

/// The row that keeps a command's outcome.
[[nodiscard]] storage::outcome_row outcome_row(const submission &s,
                                               const outcome &o);

}  // namespace recapd::actors
