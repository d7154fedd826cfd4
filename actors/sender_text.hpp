// Sender text: what a node that forwards a command tells of its sender.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actors/submission.hpp"

namespace recapd::actors {

/// Returns what the command's event does not hold, as JSON text: the scope of
/// its identity, the digest of its content as it came, and its sender's
/// programmes.
[[nodiscard]] std::string sender_text(const submission &s);

/// Sets the submission's scope, content and programmes from a text of
/// sender_text's, so that the command is the same wherever it is decided.
/// Returns false where the text is not such a one.
[[nodiscard]] bool take_sender(submission &s, std::string_view text);

}  // namespace recapd::actors
