// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE small_parts
#include <boost/json/parse.hpp>

#include "gateway/feed/webhook_post.hpp"
#include "gateway/http/caller_places.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "gateway/wire/auth.hpp"
#include "gateway/wire/lines.hpp"
#include "gateway/wire/text.hpp"
#include "workflows/json/session.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::feed;
using workflows::refusal_code;

namespace {

config::settings with_tokens() {
  config::settings s;
  s.auth = config::auth_mode::token;
  s.tokens = {{"one", {workflows::role::tutor, "ann"}},
              {"two", {workflows::role::support, "eve"}}};
  return s;
}

bool wrong(std::string_view text) {
  query q{text, {"limit", "after", "tutor"}};
  (void)q.limit();
  (void)q.position("after");
  (void)q.id("tutor");
  return !q.error().empty();
}

}  // namespace

CAF_TEST(of a key one is under way and the rest in order) {
  lines<int> lines;
  CAF_CHECK_EQUAL(lines.enter("a", 1, 4).value_or(0), 1);
  CAF_CHECK(!lines.enter("a", 3, 4));
  CAF_CHECK(!lines.enter("a", 4, 6));
  CAF_CHECK_EQUAL(lines.enter("b", 5, 4).value_or(0), 5);
  CAF_CHECK_EQUAL(lines.waiting(), 2u);
  CAF_CHECK_EQUAL(lines.bytes(), 10u);
  CAF_CHECK_EQUAL(lines.leave("a").value_or(0), 3);
  CAF_CHECK_EQUAL(lines.bytes(), 6u);
  CAF_CHECK((lines.clear() == std::vector<int>{4}));
  CAF_CHECK_EQUAL(lines.waiting(), 0u);
  CAF_CHECK_EQUAL(lines.bytes(), 0u);
  CAF_CHECK(!lines.leave("a"));
  CAF_CHECK_EQUAL(lines.enter("a", 6, 4).value_or(0), 6);
}

CAF_TEST(one caller holds no more places than there are for one) {
  caller_places places{10};
  auto some = places.take("a", 6);
  CAF_CHECK(some != nullptr);
  CAF_CHECK(places.take("a", 5) == nullptr);
  CAF_CHECK(places.take("b", 10) != nullptr);
  const auto rest = places.take("a", 4);
  CAF_CHECK(rest != nullptr);
  some.reset();
  CAF_CHECK(places.take("a", 6) != nullptr);
}

CAF_TEST(a token stands for its person and nothing else does) {
  const authenticator a{with_tokens()};
  const auto ann = a.identify("Bearer one", {});
  CAF_REQUIRE(ann.has_value());
  CAF_CHECK_EQUAL(workflows::to_string(*ann->proven), "tutor:ann");
  CAF_CHECK(a.identify("bearer  two", {}).has_value());
  for (const auto *header : {"", "Bearer", "Bearer ", "Bearer On", "Basic one",
                             "one", "Bearer one two", "Bearer onee"})
    CAF_CHECK(!a.identify(header, {}).has_value());
}

CAF_TEST(everybody is trusted in mode trusted) {
  const authenticator a{config::settings{}};
  CAF_CHECK((*a.identify("", {})).sees_all());
}

CAF_TEST(a caller sees the sessions they belong to) {
  const authenticator a{with_tokens()};
  const auto ann = *a.identify("Bearer one", {});
  workflows::session s;
  s.tutor = "ann";
  CAF_CHECK(ann.sees(s));
  s.tutor = "another";
  CAF_CHECK(!ann.sees(s));
  s.participants.push_back({"ann", {}, false, false, {}});
  CAF_CHECK(!ann.sees(s));
  const caller student{workflows::person{workflows::role::student, "ann"}};
  CAF_CHECK(student.sees(s));
  CAF_CHECK((*a.identify("Bearer two", {})).sees(s));
}

CAF_TEST(each refusal has the status of the contract) {
  CAF_CHECK_EQUAL(status_of(refusal_code::malformed), 400u);
  CAF_CHECK_EQUAL(status_of(refusal_code::not_allowed), 403u);
  CAF_CHECK_EQUAL(status_of(refusal_code::unknown_session), 404u);
  for (const auto c :
       {refusal_code::id_reused, refusal_code::invalid_minutes,
        refusal_code::recap_too_short, refusal_code::recap_too_long})
    CAF_CHECK_EQUAL(status_of(c), 422u);
  for (const auto c :
       {refusal_code::session_exists, refusal_code::wrong_state,
        refusal_code::too_early, refusal_code::window_closed,
        refusal_code::student_not_going, refusal_code::unanswered_invitation,
        refusal_code::participants_in_call,
        refusal_code::recap_already_submitted, refusal_code::tutor_weekly_limit,
        refusal_code::student_course_weekly_limit,
        refusal_code::course_weekly_limit, refusal_code::pair_daily_limit})
    CAF_CHECK_EQUAL(status_of(c), 409u);
}

CAF_TEST(a problem has the members of the standard) {
  const auto r = problem(409, "wrong-state", "It is paid.", {{"id", "c-1"}});
  const auto body = boost::json::parse(r.body);
  CAF_CHECK_EQUAL(r.content_type, "application/problem+json");
  CAF_CHECK_EQUAL(body.at("type").as_string(),
                  "urn:recapd:problem:wrong-state");
  CAF_CHECK_EQUAL(body.at("title").as_string(), "Wrong state");
  CAF_CHECK_EQUAL(body.at("status").as_int64(), 409);
  CAF_CHECK_EQUAL(body.at("detail").as_string(), "It is paid.");
  CAF_CHECK_EQUAL(body.at("id").as_string(), "c-1");
}

CAF_TEST(targets are taken apart and decoded) {
  const auto t = parse_target("/v1/accounts/tutor%3Aann?limit=3");
  CAF_REQUIRE(t.has_value());
  CAF_CHECK(
      (t->path == std::vector<std::string>{"v1", "accounts", "tutor:ann"}));
  CAF_CHECK_EQUAL(t->query, "limit=3");
  CAF_CHECK_EQUAL(parse_target("http://host:1/a/b?x=1")->path.size(), 2u);
  const auto whole = parse_target("HTTP://Host?x=/1");
  CAF_REQUIRE(whole.has_value());
  CAF_CHECK(whole->path == std::vector<std::string>{""});
  CAF_CHECK_EQUAL(whole->query, "x=/1");
  CAF_CHECK_EQUAL(whole->at->host, "host");
  for (const auto *text :
       {"", "*", "x", "/%", "/%4", "/%zz", "/%00", "/%ff", "x/y://h/", "://h/",
        "ftp://h/", "http:///v1", "http://ann@h/", "http://h:x/"})
    CAF_CHECK(!parse_target(text).has_value());
}

CAF_TEST(a query knows its parameters and their values) {
  query q{"tutor=a_n&limit=7&after=12&", {"limit", "after", "tutor"}};
  CAF_CHECK_EQUAL(q.id("tutor"), "a_n");
  CAF_CHECK_EQUAL(q.limit(), 7);
  CAF_CHECK_EQUAL(q.position("after"), 12);
  CAF_CHECK(q.error().empty());
  CAF_CHECK(!wrong(""));
  CAF_CHECK(!wrong("limit=1000"));
  for (const auto *text :
       {"limit=0", "limit=1001", "limit=x", "limit=", "limit=1&limit=1",
        "after=-1", "after=x", "tutor=a%20b", "tutor=%00", "tutor=%ff",
        "other=1", "tutor=%4"})
    CAF_CHECK(wrong(text));
}

CAF_TEST(media types lose their parameters and their case) {
  const auto m =
      parse_media_type("Application/CloudEvents+JSON ; Charset=\"UTF-8\"");
  CAF_CHECK_EQUAL(m.name, "application/cloudevents+json");
  CAF_CHECK_EQUAL(m.charset, "utf-8");
  CAF_CHECK_EQUAL(parse_media_type("a/b;x=y;charset=latin1").charset, "latin1");
}

CAF_TEST(a signature is the HMAC of the time and the body) {
  // By `printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac secret`.
  CAF_CHECK_EQUAL(
      signature("secret", 1700000000, "{}"),
      "t=1700000000,v1="
      "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
}

CAF_TEST(a log line is one JSON object) {
  const auto line =
      boost::json::parse(log_line("2026-01-01T00:00:00Z", "warn", "a \"b\"\n"));
  CAF_CHECK_EQUAL(line.at("message").as_string(), "a \"b\"\n");
  CAF_CHECK_EQUAL(line.at("level").as_string(), "warn");
  const auto own = boost::json::parse(
      log_line("t", "info", "\x1e{\"message\":\"m\",\"id\":\"c\"}"));
  CAF_CHECK_EQUAL(own.at("id").as_string(), "c");
  CAF_CHECK_EQUAL(own.at("time").as_string(), "t");
}

CAF_TEST(metrics count what is reported) {
  metrics m;
  m.set_sessions({{"scheduled", 4}});
  m.session_moved("scheduled", "time_logged");
  m.session_moved("", "scheduled");
  m.command_done("session.log_time", "refused", "too-early",
                 std::chrono::milliseconds{3});
  m.command_rejected("recapd.session.log_time", "malformed");
  m.command_rejected("unheard.of", "malformed");
  m.command_rejected("", "not-allowed");
  m.feed_at("webhook", 5);
  m.feed_lag("webhook", 12);
  m.feed_lag("nats", 13);  // fed by another node
  m.feed_held_back(3);
  m.resident_sessions(0, 7);
  m.resident_sessions(1, 5);
  m.resident_sessions(1, 6);
  const auto text = m.text();
  const auto has = [&text](std::string_view line) {
    return text.find(line) != std::string::npos;
  };
  CAF_CHECK(has("recapd_sessions{state=\"scheduled\"} 4\n"));
  CAF_CHECK(has("recapd_sessions{state=\"time_logged\"} 1\n"));
  CAF_CHECK(has("recapd_refusals_total{code=\"too-early\"} 1\n"));
  CAF_CHECK(has("recapd_sessions{state=\"paid\"} 0\n"));
  CAF_CHECK(has("{outcome=\"refused\",type=\"session.log_time\"} 2\n"));
  CAF_CHECK(has("{outcome=\"refused\",type=\"other\"} 2\n"));
  CAF_CHECK(has("recapd_refusals_total{code=\"malformed\"} 2\n"));
  CAF_CHECK(has("recapd_refusals_total{code=\"not-allowed\"} 1\n"));
  CAF_CHECK(has("recapd_feed_lag_events{sink=\"webhook\"} 12\n"));
  CAF_CHECK(!has("recapd_feed_lag_events{sink=\"nats\"}"));
  CAF_CHECK(has("recapd_feed_held_back_events 3\n"));
  CAF_CHECK(has("recapd_sessions_resident{shard=\"0\"} 7\n"));
  CAF_CHECK(has("recapd_sessions_resident{shard=\"1\"} 6\n"));
}

CAF_TEST(every type of command has its counters and nothing else has) {
  const auto text = metrics{}.text();
  const auto has = [&text](const std::string &type, const std::string &how) {
    return text.find("recapd_commands_total{outcome=\"" + how + "\",type=\""
                     + type + "\"} 0\n")
           != std::string::npos;
  };
  for (const auto type : recapd::workflows::command_types())
    for (const auto *how : {"accepted", "refused", "duplicate", "unavailable"})
      CAF_CHECK(has(std::string{type}, how));
  CAF_CHECK(has("other", "refused"));
  CAF_CHECK(!has("other", "accepted"));
  CAF_CHECK_EQUAL(text.find("timers.fire"), std::string::npos);
}

CAF_TEST(a sink that another node feeds has no lag here) {
  metrics m;
  m.feed_at("webhook", 5);
  m.feed_lag("webhook", 12);
  CAF_CHECK(
      (m.feed_places() == std::vector<metrics::feed_place>{{"webhook", 5}}));
  m.feed_at("webhook", std::nullopt);
  CAF_CHECK(m.feed_places().empty());
  CAF_CHECK_EQUAL(m.text().find("recapd_feed_lag_events{"), std::string::npos);
}
