// What a command of support would change, or has changed, for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

/// Asks what a command, an event's JSON, would bring about, and prints it;
/// nothing happens. Returns the exit code that sending it would give.
int preview_command(context &c, const std::string &event);

/// Returns what a command has changed in a session's pay, in sentences.
[[nodiscard]] std::string pay_change(const json::object &before,
                                     const json::object &after);

/// Returns what a void would take back of a session, in a sentence.
[[nodiscard]] std::string taken_back(const json::object &session);

}  // namespace recapd::tools
