// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/cookies.hpp"
#include "gateway/http/csv.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/oidc/sign_in.hpp"

namespace recapd::gateway::http::routes {
namespace {

using oidc::not_signed_in;

/// How many sign-ins a browser may have begun before they are taken back.
constexpr std::size_t most_begun = 5;

response no_sign_in() {
  return problem(404, "not-found",
                 "Nobody signs in by a browser here: auth.mode is not oidc, or "
                 "auth.oidc.client_id is not set.");
}

response answer_of(const not_signed_in &why) {
  if (why.why == not_signed_in::kind::nobody) return not_allowed(why.detail);
  if (why.why == not_signed_in::kind::later) return unavailable(why.detail);
  return bad_request(why.detail);
}

/// Returns a text as HTML shows it.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
                      : std::string(1, c);
  return out;
}

/// Returns the answer to a sign-in that failed: for who goes to a page one that
/// says why and leads back to the beginning.
response refused_sign_in(const request &r, const not_signed_in &why) {
  auto out = answer_of(why);
  if (!prefers_html(r)) return out;
  out.content_type = "text/html; charset=utf-8";
  out.headers.emplace_back("Content-Security-Policy",
                           "default-src 'none'; base-uri 'none'; form-action "
                           "'none'; frame-ancestors 'none'");
  out.headers.emplace_back("Referrer-Policy", "no-referrer");
  out.body = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width\">"
             "<title>Not signed in</title>\n<main><h1>Not signed in</h1>\n<p>"
             + escaped(why.detail)
             + "</p>\n<p><a href=\"login\">Sign in again</a></p>\n"
               "</main></html>\n";
  return out;
}

/// Returns what leads a browser on.
response leading_to(unsigned status, const std::string &location) {
  response out{.status = status, .body = {}};
  out.headers.emplace_back("Location", location);
  return out;
}

void get_login(services &s, const request_ptr &r, const responder &respond) {
  if (!s.sign_in) return respond(no_sign_in());
  query q{r->query, r->to->query};
  const auto path = q.has("return") ? q.text("return") : s.sign_in->home();
  if (!oidc::own_path(path))
    q.fail("return: expected a path of this site, such as /sessions.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  const auto next = s.sign_in->begin(path, token_time(s));
  if (!next.has_value()) return respond(refused_sign_in(*r, next.error()));
  auto out = leading_to(302, (*next).location);
  const auto site = cookie_site_of(s);
  // A browser that begins again and again and ends none keeps the last ones.
  const auto begun = login_cookies_in(r->header("cookie"), site);
  if (begun.size() >= most_begun)
    for (const auto &name : begun)
      out.headers.emplace_back("Set-Cookie", set_cookie(name, "", site, {}));
  out.headers.emplace_back("Set-Cookie", set_cookie(login_cookie((*next).state),
                                                    (*next).cookie, site,
                                                    oidc::sign_in_takes));
  respond(std::move(out));
}

void get_callback(services &s, const request_ptr &r, const responder &respond) {
  if (!s.sign_in) return respond(no_sign_in());
  const query q{r->query, r->to->query};
  const auto site = cookie_site_of(s);
  const auto cookie = login_cookie(q.text("state"));
  auto share = s.sign_ins.take(r->from);
  if (!share)
    return respond(too_many("Too many of your address sign in at once; try "
                            "again."));
  s.sign_in->finish(
      {.code = q.text("code"),
       .state = q.text("state"),
       .issuer = q.text("iss"),
       .error = q.text("error")},
      cookie_in(r->header("cookie"), cookie_name(cookie, site)), token_time(s),
      [r, respond, site, cookie,
       share = std::move(share)](oidc::sign_in::step next) {
        if (!next.has_value())
          return respond(refused_sign_in(*r, next.error()));
        auto out = leading_to(303, (*next).location);
        out.headers.emplace_back("Set-Cookie",
                                 set_cookie(session_cookie, (*next).cookie,
                                            site, oidc::sign_in_life));
        out.headers.emplace_back("Set-Cookie",
                                 set_cookie(cookie, "", site, {}));
        respond(std::move(out));
      });
}

void post_logout(services &s, const request_ptr &, const responder &respond) {
  if (!s.sign_in) return respond(no_sign_in());
  response out{.status = 204, .body = {}};
  out.headers.emplace_back(
      "Set-Cookie", set_cookie(session_cookie, "", cookie_site_of(s), {}));
  if (auto at = s.sign_in->end(); !at.empty())
    out.headers.emplace_back("Location", std::move(at));
  respond(std::move(out));
}

}  // namespace

std::vector<route> auth_routes() {
  return {
      {"GET", "/auth/login", open_to_all, small_body, get_login, {"return"}},
      {"GET",
       "/auth/callback",
       open_to_all,
       small_body,
       get_callback,
       // Providers add more than they need to.
       {"code", "state", "iss", "error", "error_description", "error_uri",
        "session_state", "scope", "authuser", "hd", "prompt"}},
      {"POST", "/auth/logout", open_to_all, small_body, post_logout},
  };
}

}  // namespace recapd::gateway::http::routes
