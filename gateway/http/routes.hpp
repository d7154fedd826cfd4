// The node's routes, grouped by file: each has its rows and their handlers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "gateway/http/request.hpp"

namespace recapd::gateway::http::routes {

/// The most bytes of a body where none is needed.
inline constexpr std::size_t small_body = 4096;

[[nodiscard]] std::vector<route> command_routes();  ///< routes_commands.cpp
[[nodiscard]] std::vector<route> session_routes();  ///< routes_sessions.cpp
[[nodiscard]] std::vector<route> explain_routes();  ///< routes_explain.cpp
[[nodiscard]] std::vector<route> limit_routes();    ///< routes_limits.cpp
[[nodiscard]] std::vector<route> record_routes();   ///< routes_records.cpp
/// routes_disbursements.cpp
[[nodiscard]] std::vector<route> disbursement_routes();
[[nodiscard]] std::vector<route> report_routes();     ///< routes_reports.cpp
[[nodiscard]] std::vector<route> people_routes();     ///< routes_people.cpp
[[nodiscard]] std::vector<route> policy_routes();     ///< routes_policies.cpp
[[nodiscard]] std::vector<route> node_routes();       ///< routes_node.cpp
[[nodiscard]] std::vector<route> operation_routes();  ///< routes_operation.cpp
[[nodiscard]] std::vector<route> auth_routes();       ///< routes_auth.cpp
[[nodiscard]] std::vector<route> mail_routes();       ///< routes_mail.cpp
[[nodiscard]] std::vector<route> me_routes();         ///< routes_me.cpp
[[nodiscard]] std::vector<route> whatif_routes();     ///< routes_whatif.cpp
[[nodiscard]] std::vector<route> relay_routes();      ///< routes_relay.cpp
[[nodiscard]] std::vector<route> page_routes();       ///< routes_pages.cpp

/// Returns a text as JSON; null where it is empty.
[[nodiscard]] boost::json::value text_or_null(std::string_view text);

/// Answers a request with what becomes of a command, a CloudEvent's text.
void submit_event(services &s, const request_ptr &r, const std::string &event,
                  const responder &respond);

/// Refuses anything but `application/json` with 415.
[[nodiscard]] std::optional<response> want_json(const request &r);

}  // namespace recapd::gateway::http::routes
