// Responses: plain JSON, and errors as RFC 9457 problems.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/wire/cloudevent.hpp"
#include "workflows/refusal.hpp"

namespace recapd::gateway::http {

struct response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// What is reserved for the answer until the client has it, or is gone.
  std::shared_ptr<void> reserved = {};
  bool guessed = false;  ///< at a token, and wrong: whoever did is slowed
};

/// 200 with an object.
[[nodiscard]] response json_response(const boost::json::object &body);

/// `application/problem+json`: type `urn:recapd:problem:CODE`, title, status,
/// detail, and the members of `more`.
[[nodiscard]] response problem(unsigned status, std::string_view code,
                               std::string_view detail,
                               const boost::json::object &more = {});

/// 400 `malformed` of a request that is no command.
[[nodiscard]] response bad_request(std::string_view detail);
[[nodiscard]] response unknown_session(std::string_view id);
/// 403 `not-allowed`.
[[nodiscard]] response not_allowed(std::string_view detail);
/// 503 `unavailable` with `Retry-After: 1`.
[[nodiscard]] response unavailable(std::string_view detail);

/// 429 `too-many-requests` with `Retry-After: 1`.
[[nodiscard]] response too_many(std::string_view detail);

/// The HTTP status of a refusal whose first code this is.
[[nodiscard]] unsigned status_of(workflows::refusal_code code);

/// The problem of a refused command; `outcome` is the contract's object, whose
/// members the problem has too.
[[nodiscard]] response refused(boost::json::object outcome,
                               workflows::refusal_code code);

}  // namespace recapd::gateway::http
