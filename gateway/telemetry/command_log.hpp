// What the log says of a command: never its data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "actors/engine/engine.hpp"

namespace recapd::gateway {

/// What of a command is logged beside its outcome.
struct command_note {
  std::string type, session, source, id, traceparent;
};

[[nodiscard]] std::shared_ptr<const command_note>
note_of(const actors::submission &s);

/// Logs an outcome in a line at debug. Of commands that got none it logs one
/// line at warn in ten seconds, with how many there were since the last line.
void log_outcome(const std::shared_ptr<const command_note> &note,
                 const actors::answer<actors::outcome> &answer);

}  // namespace recapd::gateway
