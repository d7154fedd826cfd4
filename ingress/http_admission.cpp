// SPDX-License-Identifier: Apache-2.0
#include "ingress/http_admission.hpp"

#include "ingress/http_head.hpp"
#include "ingress/target.hpp"
#include "ingress/text.hpp"

namespace recapd::ingress {
namespace {

constexpr std::size_t max_batch_bytes = 4 * 1024 * 1024;

std::size_t body_limit(const request &r) {
  if (r.to->max_body < max_event_bytes) return r.to->max_body;
  const auto media = parse_media_type(r.header("content-type"));
  return media.name == "application/cloudevents-batch+json" ? max_batch_bytes
                                                            : r.to->max_body;
}

/// 401 and 403 come first: whom the token does not admit learns nothing else.
std::optional<response> judge(const services &s, request &r) {
  if (auto no = admit(s, *r.to, r.header("authorization"), r.who)) return no;
  if (const query q{r.query, r.to->query}; !q.error().empty())
    return bad_request(q.error());
  if (r.to->check != nullptr)
    if (auto no = r.to->check(r)) return no;
  const auto length = parse_integer<std::uint64_t>(r.header("content-length"));
  const auto limit = body_limit(r);
  if (length && *length > limit) return too_large(limit);
  return std::nullopt;
}

}  // namespace

admission admit_request(const services &s, std::string_view target,
                        unsigned version, request &r) {
  auto parsed = parse_target(target);
  if (!parsed)
    return {.refusal = bad_request("The request target is broken."),
            .ends = true};
  if (auto no = check_framing(r.headers, version, *parsed))
    return {.refusal = std::move(no), .ends = true};
  auto where = find_route(r.method, parsed->path);
  if (where.to == nullptr) return {.refusal = std::move(where.otherwise)};
  r.to = where.to;
  r.params = std::move(where.params);
  r.query = std::move(parsed->query);
  if (auto no = judge(s, r)) return {.refusal = std::move(no)};
  return {.max_body = body_limit(r)};
}

response too_large(std::size_t limit) {
  return problem(413, "too-large",
                 "The body may have at most " + std::to_string(limit)
                     + " bytes here.");
}

}  // namespace recapd::ingress
