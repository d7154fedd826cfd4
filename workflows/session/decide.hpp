// decide: what a command does to a session, or why it is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <vector>

#include "workflows/limits.hpp"
#include "workflows/policy.hpp"
#include "workflows/programs.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// Who does what the engine does by itself.
inline const person engine_itself{.as = role::system, .id = "recapd"};

/// What a deadline brings about, whoever comes after it: no command's doing.
[[nodiscard]] inline bool by_clock(const event_body &what) {
  return std::holds_alternative<session_missed>(what)
         || std::holds_alternative<reminder_sent>(what);
}

/// All that decide may know besides the state and the command.
struct facts {
  person by;            ///< who acts
  instant received_at;  ///< when the ingress got the command; judges deadlines
  instant now;          ///< when it is processed
  const rules *judged_by = nullptr;  ///< the session's own policy version
  int policy_version = 0;            ///< of judged_by; a new session keeps it
  /// The limit actors' answer to `claims(...)`: used so far, in its order.
  /// Empty when they were not asked.
  std::vector<std::int64_t> used;
  /// Where whoever acts may; null: everywhere.
  const program_set *programs = nullptr;
};

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
