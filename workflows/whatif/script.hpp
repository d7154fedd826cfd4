// Scripts: a session's record as a replay follows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workflows/whatif/record.hpp"

namespace recapd::workflows {

/// What the record tells of a counter at the moment of a command.
struct known_hours {
  usage_key key;
  std::int64_t used = 0;
  bool exactly = false;  ///< else at most so many: the limit let it pass
};

/// One thing that a replay does: it decides a command, or looks at what fell
/// due, or passes over an erasure.
struct cue {
  instant at;      ///< when the command was received, or the engine looked
  instant moment;  ///< its place in the order of all sessions' cues
  person by;
  command what;  ///< fire_timers: the engine looks
  text_figures figures = {};
  int policy_version = 0;
  bool erases = false;   ///< somebody's texts, and nothing else; `what` is none
  bool outside = false;  ///< its sender may not act in the session's programme
  std::vector<refusal_code> codes = {};  ///< why it was refused; empty: taken
  std::vector<known_hours> known = {};
  std::vector<counted_usage> counted = {};  ///< what it changed in counters
  /// When the engine was to look next, after this.
  std::optional<instant> next_look = std::nullopt;
};

/// Where a session stands, and what it took to come there.
struct ending {
  session state;  ///< without texts
  std::array<int, std::size_t(refusal_code::count)> refused = {};
  by_reminder<int> reminders = {};
  bool operator==(const ending &) const = default;
};

/// What a replay of one session follows.
struct script {
  std::string id;
  std::vector<cue> cues;
  ending was;  ///< what came of it by the policy that was
};

/// Returns the script of a record; `were` has the policies that were.
[[nodiscard]] script make_script(session_record of, const rulebook &were);

/// Where a session begins, and whose it is.
struct whereabouts {
  instant starts_at;
  std::string timezone;
  std::string program = {};
};
/// Returns the session's whereabouts, with the time zone by these rules where
/// it named none; nothing where it was never scheduled.
[[nodiscard]] std::optional<whereabouts>
whereabouts_of(const session_record &of, const rulebook &judged);

/// Moves an ending on by an event, of which no text is kept; returns what that
/// changed in counters.
std::vector<counted_usage> move_on(ending &at, event e);

/// Returns what is to be paid for what was decided, if it completes a session,
/// as an event that follows; else nothing.
[[nodiscard]] std::optional<event>
settlement_after(const session &state, const std::vector<event> &decided,
                 const rules &decided_by);

}  // namespace recapd::workflows
