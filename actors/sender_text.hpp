// What a node that hands a command on tells the next one of its sender.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actors/submission.hpp"

namespace recapd::actors {

/// The scope of its identity and its sender's programmes, which its event does
/// not hold: JSON text.
[[nodiscard]] std::string sender_text(const submission &s);

/// Takes them over, so that it is the same command wherever it is decided.
/// False where the text is none of sender_text's.
[[nodiscard]] bool take_sender(submission &s, std::string_view text);

}  // namespace recapd::actors
