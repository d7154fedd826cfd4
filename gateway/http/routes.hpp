// The handlers of the routes, grouped by file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/http/request.hpp"

namespace recapd::gateway::http::routes {

// routes_commands.cpp
void post_commands(services &s, const request_ptr &r, const responder &respond);
/// 415 unless a command can come in that media type.
std::optional<response> check_command_type(const request &r);
/// 415 for anything but `application/json`.
std::optional<response> want_json(const request &r);

// routes_sessions.cpp
void get_session(services &s, const request_ptr &r, const responder &respond);
void list_sessions(services &s, const request_ptr &r, const responder &respond);
void get_history(services &s, const request_ptr &r, const responder &respond);
void get_refusals(services &s, const request_ptr &r, const responder &respond);
void get_eligibility(services &s, const request_ptr &r,
                     const responder &respond);

// routes_limits.cpp
void get_tutor_limits(services &s, const request_ptr &r,
                      const responder &respond);
void get_course_limits(services &s, const request_ptr &r,
                       const responder &respond);

// routes_records.cpp
void get_account(services &s, const request_ptr &r, const responder &respond);
void get_notifications(services &s, const request_ptr &r,
                       const responder &respond);
void list_dead_letters(services &s, const request_ptr &r,
                       const responder &respond);
void retry_dead_letter(services &s, const request_ptr &r,
                       const responder &respond);

// routes_node.cpp
void get_clock(services &s, const request_ptr &r, const responder &respond);
void post_clock(services &s, const request_ptr &r, const responder &respond);
void get_healthz(services &s, const request_ptr &r, const responder &respond);
void get_readyz(services &s, const request_ptr &r, const responder &respond);
void get_metrics(services &s, const request_ptr &r, const responder &respond);
void get_openapi(services &s, const request_ptr &r, const responder &respond);
void get_asyncapi(services &s, const request_ptr &r, const responder &respond);

}  // namespace recapd::gateway::http::routes
