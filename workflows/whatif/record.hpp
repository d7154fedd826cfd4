// Records: what the journal tells of one session, for a replay.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::workflows {

/// A command with what became of it, or a look of the engine at what fell due.
struct record_entry {
  instant at;  ///< when the command was received, or when the engine looked
  person by;
  bool by_command = true;              ///< false: a look of the engine
  std::vector<event> events = {};      ///< what it brought; empty: refused
  boxed<replay_command> refused = {};  ///< of a command without events
};

/// All that was decided about one session, in the order in which it was.
struct session_record {
  std::string id;
  std::vector<record_entry> entries = {};
};

/// Returns the rules by which a session is decided, by the number of the policy
/// version that it was scheduled by, its programme and its course.
using rulebook = std::function<const rules &(
    int version, std::string_view program, std::string_view course)>;

}  // namespace recapd::workflows
