// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/object.hpp>

#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/mail/unsubscribe.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"
#include "workflows/session/notices.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;

/// The most bytes of a delivery report, whose words are a server's.
constexpr std::size_t report_body = 65'536;

response no_mail() {
  return problem(404, "not-found",
                 "This node sends no mail: mail.smtp_url is not set.");
}

/// Returns a page of its own, without a script or a style: whoever opens it is
/// signed in nowhere.
response small_page(unsigned status, const std::string &title,
                    const std::string &body) {
  response out{.status = status,
               .body = "<!doctype html>\n<html lang=\"en\">"
                       "<meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\">"
                       "<meta name=\"color-scheme\" content=\"light dark\">"
                       "<title>"
                       + title + "</title>\n<main><h1>" + title + "</h1>\n"
                       + body + "\n</main></html>\n",
               .content_type = "text/html; charset=utf-8"};
  out.headers.emplace_back("Content-Security-Policy",
                           "default-src 'none'; base-uri 'none'; form-action "
                           "'self'; frame-ancestors 'none'");
  // Without any a browser would not say that the form is this site's.
  out.headers.emplace_back("Referrer-Policy", "same-origin");
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

response wrong_link() {
  return small_page(400, "This link does not count",
                    "<p>It is not whole, or too old. Where and when mail "
                    "reaches you can be set once you are signed in.</p>");
}

/// Returns the kinds in words, which hold nothing that HTML would take for
/// more.
std::string kinds_in_words(const std::vector<std::string> &kinds) {
  std::string out;
  for (const auto &kind : kinds) {
    auto words = kind;
    std::ranges::replace(words, '_', ' ');
    out += "<li>" + words + "</li>";
  }
  return "<ul>" + out + "</ul>";
}

std::optional<mail::unsubscription> asked_for(services &s, const request &r) {
  const query q{r.query, r.to->query};
  auto what = mail::open_unsubscription(*s.mail->keys, q.text("t"));
  if (!what) return std::nullopt;
  std::erase_if(what->kinds, [](const std::string &kind) {
    const auto *known = workflows::find_notice(kind);
    return known == nullptr || !known->muted_by_wish;
  });
  return what;
}

/// Shows a button and changes nothing: programs that look at links press none.
void get_unsubscribe(services &s, const request_ptr &r,
                     const responder &respond) {
  if (!s.mail) return respond(no_mail());
  const auto what = asked_for(s, *r);
  if (!what) return respond(wrong_link());
  respond(small_page(200, "No more mail of this kind?",
                     kinds_in_words(what->kinds)
                         + "<form method=\"post\"><button>No more mail of this "
                           "kind</button></form>"));
}

void post_unsubscribe(services &s, const request_ptr &r,
                      const responder &respond) {
  if (!s.mail) return respond(no_mail());
  const auto what = asked_for(s, *r);
  if (!what) return respond(wrong_link());
  answer_by_reading(s, r, respond, [what = *what](store &db) {
    auto mute = db.load_person(what.who)
                    .value_or(storage::person_row{.who = what.who, .name = {}})
                    .mute;
    for (const auto &kind : what.kinds)
      if (std::ranges::find(mute, kind) == mute.end()) mute.push_back(kind);
    db.save_person({.who = what.who, .mute = std::move(mute)});
    return small_page(200, "No more mail of this kind",
                      kinds_in_words(what.kinds)
                          + "<p>It is noted. It can be taken back in your "
                            "settings once you are signed in.</p>");
  });
}

/// Reads a report, or says what is wrong.
mail::delivery_report report_in(const request &r, query &q) {
  mail::delivery_report out;
  const auto parsed = parse_strict(r.body);
  const auto *object = parsed.has_value() ? (*parsed).if_object() : nullptr;
  if (object == nullptr) {
    q.fail(parsed.has_value() ? "Expected an object." : parsed.error().detail);
    return out;
  }
  const std::pair<std::string_view, std::string *> members[] = {
      {"message_id", &out.message_id},
      {"recipient", &out.recipient},
      {"action", &out.action},
      {"words", &out.words}};
  for (const auto &[name, into] : members) {
    const auto *found = object->if_contains(name);
    if (found == nullptr || !found->is_string())
      q.fail(std::string{name} + ": expected a text.");
    else
      *into = std::string_view{found->get_string()};
  }
  if (object->size() != std::size(members))
    q.fail("Expected message_id, recipient, action, words and nothing else.");
  return out;
}

void post_report(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto report = report_in(*r, q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!s.mail) return respond(no_mail());
  answer_by_reading(s, r, respond, [&s, report](store &db) {
    const auto to =
        mail::take_report(*s.mail, db, report, s.engine.time().now());
    if (!to)
      return problem(404, "not-found",
                     "This is no mail of recapd's to the address that its "
                     "receiver has now.");
    return json_response({{"to", *to}});
  });
}

}  // namespace

std::vector<route> mail_routes() {
  return {
      {"GET",
       "/mail/unsubscribe",
       open_to_all,
       small_body,
       get_unsubscribe,
       {"t"}},
      {"POST",
       "/mail/unsubscribe",
       open_to_all,
       small_body,
       post_unsubscribe,
       {"t"}},
      {"POST",
       "/v1/mail/reports",
       for_operators,
       report_body,
       post_report,
       {},
       false,
       want_json},
  };
}

}  // namespace recapd::gateway::http::routes
