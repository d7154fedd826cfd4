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
  /// The body where `body` is empty: bytes that outlive the server.
  std::string_view lasting = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// What is reserved for the answer until the client has it, or is gone.
  std::shared_ptr<void> reserved = {};
  bool guessed = false;  ///< a token was guessed at: the answer is delayed
};

/// Returns a 200 with an object.
[[nodiscard]] response json_response(const boost::json::object &body);

/// Returns an `application/problem+json`: type `urn:recapd:problem:CODE`,
/// title, status, detail, and the members of `more`.
[[nodiscard]] response problem(unsigned status, std::string_view code,
                               std::string_view detail,
                               const boost::json::object &more = {});

/// Returns a 400 `malformed` for a request that is no command.
[[nodiscard]] response bad_request(std::string_view detail);
[[nodiscard]] response unknown_session(std::string_view id);
/// Returns a 403 `not-allowed`.
[[nodiscard]] response not_allowed(std::string_view detail);
/// Returns a 503 `unavailable` with `Retry-After: 1`.
[[nodiscard]] response unavailable(std::string_view detail);

/// Returns a 429 `too-many-requests` with `Retry-After: 1`.
[[nodiscard]] response too_many(std::string_view detail);

/// Returns the HTTP status of a refusal whose first code this is.
[[nodiscard]] unsigned status_of(workflows::refusal_code code);

/// Returns the problem of a refused command, with the members of `outcome`, the
/// contract's object.
[[nodiscard]] response refused(const boost::json::object &outcome,
                               workflows::refusal_code code);

}  // namespace recapd::gateway::http
