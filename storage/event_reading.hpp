// Event reading: from an event's row to the event, and to the session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "storage/store.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/session.hpp"

namespace recapd::storage {

/// Returns the JSON value of a text; nothing where it is none.
[[nodiscard]] std::optional<boost::json::value> parsed(const std::string &text);

/// Returns the event of a row; the error is a clause that names it and says
/// what is wrong.
[[nodiscard]] boost::system::result<workflows::event, std::string>
to_event(const event_row &row);

/// Moves a session on to a version by its events. The error is a clause that
/// says which event cannot be read, or is not there.
[[nodiscard]] boost::system::result<void, std::string>
move_to(workflows::session &s, const session_events &of, int version);

/// Returns the session as it is after all its events.
[[nodiscard]] boost::system::result<workflows::session, std::string>
fold(const session_events &of);

}  // namespace recapd::storage
