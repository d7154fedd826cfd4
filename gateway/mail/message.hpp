// A mail as it is sent: RFC 5322 and MIME.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "workflows/mailbox.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::mail {

struct message {
  workflows::mailbox from;
  std::optional<workflows::mailbox> reply_to = {};
  workflows::mailbox to;
  std::string id;  ///< of `Message-ID`, without its brackets
  workflows::instant date;
  std::string subject = {};  ///< UTF-8, as the texts
  std::string text = {};
  std::string html = {};
  std::string unsubscribe = {};  ///< a URL; empty: there is nothing to mute
};

/// Returns the whole mail: both texts as alternatives, no line longer than 78
/// characters but for what cannot be broken, and nothing but ASCII. What would
/// end a line in a header field is a space there.
[[nodiscard]] std::string to_mail(const message &m);

/// Returns the id of the mail that is named by a notification, of the domain of
/// the sender.
[[nodiscard]] std::string message_id(std::string_view notification,
                                     const workflows::mailbox &from);
/// Returns the notification by which a mail with that id is named, whatever the
/// domain; nothing where it is none of recapd's.
[[nodiscard]] std::optional<std::string>
notification_of(std::string_view message_id);

}  // namespace recapd::gateway::mail
