// CloudEvents out: session events and notifications, as sent and as shown.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "storage/store.hpp"
#include "workflows/json/session.hpp"

namespace recapd::gateway {

/// Returns a row's event: id `SESSION:SEQ-DRAW`, type `recapd.event.…`.
[[nodiscard]] boost::json::object event_out(const storage::feed_row &row,
                                            const workflows::viewer &to = {});

/// Returns a row's notifications in order: id `SESSION:SEQ-DRAW:INDEX`, type
/// `recapd.notify.…`, data `{"to",…}`.
[[nodiscard]] std::vector<boost::json::object>
notifications_out(const storage::feed_row &row);

/// Returns a row's notifications as `GET /v1/notifications` shows them:
/// `{id,kind,to,session,at,data}`. In place of what the viewer is not shown
/// stands an empty object.
[[nodiscard]] std::vector<boost::json::object>
notification_views(const storage::feed_row &row,
                   const workflows::viewer &to = {});

/// Returns a row as a session's history shows it:
/// `{seq,type,at,by,command:{source,id}|null,data}`.
[[nodiscard]] boost::json::object
history_view(const storage::event_row &row, const workflows::viewer &to = {});

}  // namespace recapd::gateway
