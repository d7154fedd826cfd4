// Event reading: from an event's row to the event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "storage/store.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::storage {

/// Returns the JSON value of a text; nothing where it is none.
[[nodiscard]] std::optional<boost::json::value> parsed(const std::string &text);

/// Returns the event of a row; the error is a clause that names it and says
/// what is wrong.
[[nodiscard]] boost::system::result<workflows::event, std::string>
to_event(const event_row &row);

}  // namespace recapd::storage
