// The contract's outcome object, as text and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "actors/submission.hpp"
#include "workflows/refusal.hpp"

namespace recapd::actors {

/// `session`: JSON text, `null` or the contract's session object; no refusals:
/// accepted.
[[nodiscard]] outcome make_outcome(std::string_view source, std::string_view id,
                                   std::string_view session,
                                   const std::vector<workflows::refusal> &why);

/// A stored outcome, given again: marked as a duplicate if it is one. A refusal
/// has no session, whatever is stored.
[[nodiscard]] outcome stored_outcome(std::string_view json, bool duplicate);

/// What is stored under a command's source and id, as its answer: `id_reused`
/// if that was another command.
[[nodiscard]] outcome given_again(const submission &s,
                                  const storage::outcome_row &row,
                                  bool duplicate);

/// The same with this session, JSON text, in its place.
[[nodiscard]] outcome with_session(const outcome &o, std::string_view session);
/// The same with `session` null and `session_omitted` true.
[[nodiscard]] outcome without_session(const outcome &o);
/// True where there is one that without_session() would take away.
[[nodiscard]] bool has_session(const outcome &o);

}  // namespace recapd::actors
