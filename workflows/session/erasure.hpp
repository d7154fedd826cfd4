// Erasure: `[erased]` in the place of what one person wrote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "workflows/session/changes.hpp"

namespace recapd::workflows {

inline constexpr std::string_view erased_text = "[erased]";

// Each function returns true where something was left to erase. An empty text
// stays empty: nothing was written.

/// Erases the texts of an event. A recap that has no figures yet gets those of
/// its text, so that what was decided by it can be decided again.
bool erase_texts(event_body &what);

/// Erases the texts in the data of a notification, whose event the person
/// brought about.
bool erase_texts(boost::json::object &notification);

/// Erases the person's recaps in a session.
bool erase_recaps(session &s, const person &who);

/// Erases the person's recaps in the contract's session object.
bool erase_recaps(boost::json::object &view, const person &who);

}  // namespace recapd::workflows
