// What the log says of a command: never its data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "actors/engine.hpp"

namespace recapd::ingress {

/// What of a command is logged beside its outcome.
struct command_note {
  std::string type, session, source, id, traceparent;
};

/// Nothing unless commands are logged (level debug): it costs copies.
[[nodiscard]] std::shared_ptr<const command_note>
note_of(const actors::submission &s);

/// One line at debug for an outcome, at warn for a fault.
void log_outcome(const std::shared_ptr<const command_note> &note,
                 const actors::answer<actors::outcome> &answer);

}  // namespace recapd::ingress
