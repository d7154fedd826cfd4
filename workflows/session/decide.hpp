// decide: what a command does to a session, or why it is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <vector>

#include "workflows/limits.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::workflows {

/// Refusals in the contract's order, never empty when this is the error.
using decision =
    boost::system::result<std::vector<event>, std::vector<refusal>>;

/// What the command would count against the limits if accepted; empty when it
/// claims nothing (or its minutes are out of range). Ask the limit actors with
/// it, then decide.
[[nodiscard]] std::vector<claim> claims(const session &state, const command &c,
                                        const facts &f);

/// Pure. Events carry seq `state.version + 1` onward. Accepted commands give at
/// least one event; `fire_timers` and `settle_session` may give none.
[[nodiscard]] decision decide(const session &state, const command &c,
                              const facts &f);

}  // namespace recapd::workflows
