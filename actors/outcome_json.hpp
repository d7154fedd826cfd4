// Outcomes: the contract's outcome object, as text and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "actors/submission.hpp"
#include "workflows/json/session.hpp"
#include "workflows/refusal.hpp"

namespace recapd::actors {

/// Returns an outcome. `session` is JSON text, `null` or the contract's session
/// object; without refusals the command is accepted.
[[nodiscard]] outcome make_outcome(std::string_view source, std::string_view id,
                                   std::string_view session,
                                   const std::vector<workflows::refusal> &why);

/// Returns to whom a command's outcome is shown, by the scope of its identity
/// (storage::command_key): to its sender, where senders are proven.
[[nodiscard]] workflows::viewer viewer_of(std::string_view scope);

/// Returns a stored outcome to be given again, marked as a duplicate if it is
/// one. A refusal has no session, whatever is stored.
[[nodiscard]] outcome stored_outcome(std::string_view json, bool duplicate);

/// Returns the outcome that is stored under a command's identity as the
/// command's answer: `id_reused` if it was another command's.
[[nodiscard]] outcome given_again(const submission &s,
                                  const storage::outcome_row &row,
                                  bool duplicate);

/// Returns the outcome with another session, JSON text.
[[nodiscard]] outcome with_session(const outcome &o, std::string_view session);
/// Returns the outcome with `session` null and `session_omitted` true.
[[nodiscard]] outcome without_session(const outcome &o);
/// Returns true where there is a session that without_session() would take
/// away.
[[nodiscard]] bool has_session(const outcome &o);

}  // namespace recapd::actors
