// Notifications: messages to persons, which are committed with an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace recapd::workflows {

/// A message to a person about a session or a disbursement (docs/contract.md,
/// 5).
struct notification {
  std::string kind;          ///< `student_recap_request`
  std::string to;            ///< `student:ID`, `tutor:ID`, `support`
  boost::json::object data;  ///< what the message's wording needs
};

}  // namespace recapd::workflows
