// The commit builder: makes of decided events what one transaction writes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "actors/submission.hpp"
#include "storage/store.hpp"
#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/evolve.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::actors {

/// What a decision brings about: the state after it, and a commit without
/// outcome.
struct built_commit {
  storage::commit what;
  workflows::session after;
  std::optional<workflows::due_timer> timer;   ///< what fires next after it
  std::vector<workflows::usage_key> released;  ///< counters that are lowered
};

/// What is decided upon: a session, and when its next timer fires by what is
/// stored; nothing where that is not known.
struct known_session {
  const workflows::session &state;
  std::optional<std::optional<workflows::instant>> fires_at;
};

/// Builds the commit of events. `from` is the command, or null for the engine's
/// own.
[[nodiscard]] built_commit
build_commit(const known_session &before,
             const std::vector<workflows::event> &events,
             const workflows::rules &decided_by, const submission *from);

/// Returns notifications as event_row has them.
[[nodiscard]] std::string
notifications_text(const std::vector<workflows::notification> &notifications);

/// Returns the row that stores a command's outcome. `version` is the session's
/// after an accepted command, 0 for a refused one, which was refused `on` this.
[[nodiscard]] storage::outcome_row
outcome_row(const submission &s, const outcome &o, int version,
            const workflows::refusal_basis &on = {});

}  // namespace recapd::actors
