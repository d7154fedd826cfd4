// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/admission.hpp"

#include "gateway/http/cookies.hpp"
#include "gateway/http/csv.hpp"
#include "gateway/http/head.hpp"
#include "gateway/http/target.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

constexpr std::size_t max_batch_bytes = std::size_t{4} * 1024 * 1024;

std::size_t body_limit(const request &r) {
  if (r.to->max_body != max_event_bytes) return r.to->max_body;
  const auto media = parse_media_type(r.header("content-type"));
  return media.name == "application/cloudevents-batch+json" ? max_batch_bytes
                                                            : r.to->max_body;
}

/// Returns the answer of a request that is not admitted. 401 and 403 come
/// first: whom the token does not admit learns nothing else.
std::optional<response> check_admission(const services &s, request &r,
                                        page from) {
  proof by{.authorization = r.header("authorization")};
  // What an open route changes by POST is the sign-in itself.
  if (s.sign_in != nullptr && by.authorization.empty()
      && (r.to->who.of == access::kind::known || r.method == "POST")) {
    by.cookie = cookie_in(r.header("cookie"),
                          cookie_name(session_cookie, cookie_site_of(s)));
    if (!by.cookie.empty() && !cookie_counts(r.method, from, r.headers))
      return foreign_cookie();
  }
  if (auto no = admit(s, *r.to, by, r.who)) return no;
  if (const query q{r.query, r.to->query}; !r.to->page && !q.error().empty())
    return bad_request(q.error());
  if (auto no = check_acceptable(r)) return no;
  const auto coding = r.header("content-encoding");
  if (!coding.empty() && !equal_no_case(coding, "identity"))
    return problem(415, "unsupported-media-type",
                   "Send the body without a Content-Encoding.");
  if (r.to->check != nullptr)
    if (auto no = r.to->check(r)) return no;
  const auto length = parse_integer<std::uint64_t>(r.header("content-length"));
  const auto limit = body_limit(r);
  if (length && *length > limit) return too_large(limit);
  return std::nullopt;
}

}  // namespace

admission admit_request(const services &s, const request_head &head,
                        request &r) {
  auto parsed = parse_target(head.target);
  if (!parsed)
    return {.answer = bad_request("The request target is broken."),
            .ends = true};
  if (auto no = check_framing(r.headers, head.version, *parsed))
    return {.answer = std::move(no), .ends = true};
  const auto host =
      parsed->at ? parsed->at : config::parse_authority(r.header("host"));
  if (host && !s.where.knows(*host, head.came_to))
    return {.answer = unknown_host(*host)};
  const auto from = s.where.page_of(r.headers, host);
  if (from == page::foreign) return {.answer = foreign_page()};
  admission out;
  if (from == page::listed) out.fields = cors_fields(r.header("origin"));
  if (s.where.lists_any()) out.fields.emplace_back("Vary", "Origin");
  const auto asked = r.header("access-control-request-method");
  const bool preflight =
      from == page::listed && r.method == "OPTIONS" && !asked.empty();
  auto where =
      find_route(preflight ? asked : r.method, below(s.base, parsed->path));
  if (where.to == nullptr) {
    out.answer = std::move(where.otherwise);
    return out;
  }
  r.to = where.to;
  r.params = std::move(where.params);
  r.query = std::move(parsed->query);
  out.answer =
      preflight
          ? preflight_answer(asked, r.header("access-control-request-headers"))
          : check_admission(s, r, from);
  out.max_body = body_limit(r);
  return out;
}

response too_large(std::size_t limit) {
  return problem(413, "too-large",
                 "The body may have at most " + std::to_string(limit)
                     + " bytes here.");
}

}  // namespace recapd::gateway::http
