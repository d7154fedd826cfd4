// Erasing: stored texts without what one person wrote, and what is added.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// Erases what the person wrote in an event and its notifications. Returns true
/// where something was left to erase. Throws std::runtime_error where the event
/// is the person's and cannot be read.
bool erase_texts(event_row &row, const workflows::person &who);

/// Erases the person's recaps in the session of a stored outcome, which may be
/// empty. Returns true where something was left to erase.
bool erase_texts(std::string &outcome, const workflows::person &who);

/// Erases what the person wrote in a message that came in or would go out, as
/// it is in a dead letter or a row of the inbox. Of what is no JSON all is
/// erased where its `authid`, or, without one, anything in it names the person.
/// Returns true where something was left to erase.
bool erase_from_message(std::string &text, const workflows::person &who);

/// Returns the commit of the event person.erased, in a session at that version.
[[nodiscard]] commit erasure_commit(std::string_view session, int version,
                                    const erasure &what);

}  // namespace recapd::storage
