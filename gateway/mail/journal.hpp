// Notifications as the journal has them, and the dead letters they become.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "storage/mail.hpp"

namespace recapd::gateway::mail {

/// Returns the CloudEvent of the notification that a row names, as it is in the
/// journal now; nothing where it is not there, as after a restore.
[[nodiscard]] std::optional<boost::json::object>
notification_of_row(storage::store &s, const storage::mail_row &row);

/// Returns to whom a notification's CloudEvent is: `ROLE:ID` or `support`.
[[nodiscard]] std::string receiver_of(const boost::json::object &notification);

/// Returns a text of an object; empty where it has none.
[[nodiscard]] std::string text_at(const boost::json::object &of,
                                  std::string_view name);

/// Returns the dead letter of a notification that was refused for good.
[[nodiscard]] storage::dead_letter
letter_of(const boost::json::object &notification, const std::string &reason,
          workflows::instant now);

}  // namespace recapd::gateway::mail
