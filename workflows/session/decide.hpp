// decide: what a command does to a session, or why it is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <vector>

#include "workflows/limits.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::workflows {

/// Events, or else the refusals in the contract's order, at least one.
using decision =
    boost::system::result<std::vector<event>, std::vector<refusal>>;

/// Returns what the command would count against the limits if it were accepted;
/// empty if it claims nothing. Where the minutes are out of range, only the
/// claims that count sessions are returned. The limit actors are asked about
/// the claims before decide.
[[nodiscard]] std::vector<claim> claims(const session &state, const command &c,
                                        const facts &f);

/// Decides a command. Events are numbered from `state.version + 1` on. An
/// accepted command gives at least one event; `fire_timers` may give none.
[[nodiscard]] decision decide(const session &state, const command &c,
                              const facts &f);

/// Returns true if the students' recaps that are in confirm the session by
/// these rules.
[[nodiscard]] bool is_confirmed(const session &s, const rules &decided_by);

/// Returns the session that is to be paid for together with what was decided:
/// as those events leave it, if they complete it and the rules have no delay;
/// else nothing.
[[nodiscard]] std::optional<session>
to_settle(const session &state, const std::vector<event> &decided,
          const rules &decided_by);

/// Returns the event that pays a session, to follow the one that completed it.
[[nodiscard]] event settled(const event &completed, transfer payment);

}  // namespace recapd::workflows
