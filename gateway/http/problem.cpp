// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/problem.hpp"

#include <boost/json/serialize.hpp>

#include "workflows/wording.hpp"

namespace recapd::gateway::http {
namespace {

namespace json = boost::json;
using workflows::refusal_code;
using workflows::refusal_kind;

/// Returns a code as a title: `recap-too-short` is "Recap too short".
std::string title_of(std::string_view code) {
  auto out = workflows::words_of(code);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// Returns the sentence of the first refusal of an outcome.
std::string first_detail(const json::object &outcome) {
  const auto *refusals = outcome.if_contains("refusals");
  const auto *list = refusals != nullptr ? refusals->if_array() : nullptr;
  if (list == nullptr || list->empty()) return {};
  const auto *first = list->front().if_object();
  const auto *detail =
      first != nullptr ? first->if_contains("detail") : nullptr;
  if (detail == nullptr || !detail->is_string()) return {};
  return std::string{detail->get_string()};
}

}  // namespace

response json_response(const json::object &body) {
  return {.body = json::serialize(body)};
}

response problem(unsigned status, std::string_view code,
                 std::string_view detail, const json::object &more) {
  json::object body{{"type", "urn:recapd:problem:" + std::string{code}},
                    {"title", title_of(code)},
                    {"status", status},
                    {"detail", detail}};
  for (const auto &m : more)
    body.insert(m);
  return {.status = status,
          .body = json::serialize(body),
          .content_type = "application/problem+json"};
}

response bad_request(std::string_view detail) {
  return problem(400, "malformed", detail);
}

response unknown_session(std::string_view id) {
  return problem(404, "unknown-session",
                 "There is no session " + std::string{id.substr(0, 64)} + ".");
}

response not_allowed(std::string_view detail) {
  return problem(403, "not-allowed", detail);
}

response unavailable(std::string_view detail) {
  auto out = problem(503, "unavailable", detail);
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

response too_many(std::string_view detail) {
  auto out = problem(429, "too-many-requests", detail);
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

unsigned status_of(refusal_code code) {
  switch (workflows::refusal_of(code).kind) {
  case refusal_kind::form:
    return 400;
  case refusal_kind::sender:
    return 403;
  case refusal_kind::absence:
    return 404;
  case refusal_kind::contents:
    return 422;
  case refusal_kind::state:
    break;
  }
  return 409;
}

response refused(const json::object &outcome, refusal_code code) {
  const auto detail = first_detail(outcome);
  return problem(status_of(code), workflows::to_string(code), detail, outcome);
}

}  // namespace recapd::gateway::http
