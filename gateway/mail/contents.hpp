// What a mail says of a notification, for whom, as values of its template.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/mail/templates.hpp"
#include "workflows/ids.hpp"
#include "workflows/session/session.hpp"

namespace recapd::gateway::mail {

/// For whom a notification is put into words.
struct reader {
  std::string to;    ///< `ROLE:ID` or `support`
  std::string zone;  ///< whose clocks times are told by
  std::string site;  ///< the pages' URL, with a slash at its end
  /// Returns what somebody is called: their name, or else their id.
  std::function<std::string(const workflows::person &)> called;
};

/// Returns the kind of a notification's CloudEvent.
[[nodiscard]] std::string kind_of(const boost::json::object &notification);

/// Returns the page where what a notification asks for is done, or where its
/// session is seen.
[[nodiscard]] std::string
link_of(std::string_view kind, std::string_view session, const reader &whose);

/// Returns a template's values of a notification's CloudEvent. A student is
/// told no pay, and nothing that another student wrote.
[[nodiscard]] template_values values_of(const boost::json::object &notification,
                                        const reader &whose);

}  // namespace recapd::gateway::mail
