// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE reads_by_http
#include <boost/json/array.hpp>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
namespace json = boost::json;

namespace {

struct fixture : world {
  fixture() {
    settings.http.idle_timeout_ms = 20000;
    serve();
  }

  const json::value &read(const std::string &target) {
    const auto a = connect().get(target);
    CAF_CHECK_EQUAL(a.status, 200u);
    return lasting_json(a.body.empty() ? "null" : a.body);
  }

  /// The parameter by which the page behind this one is asked for, or nothing.
  static std::string next_of(const json::value &page) {
    if (page.at("next").is_null()) return {};
    return "&after=" + std::string{page.at("next").as_string()};
  }

  struct whole_list {
    json::array items;
    int pages = 0;
  };
  /// The target's list `name`, by its pages.
  whole_list read_pages(const std::string &target, const char *name) {
    whole_list out;
    for (std::string after; out.pages == 0 || !after.empty(); ++out.pages) {
      const auto page = read(target + after);
      for (const auto &item : page.at(name).as_array())
        out.items.push_back(item);
      after = next_of(page);
    }
    return out;
  }

  void write_letter(const std::string &words) const {
    store()->write_dead_letter({.id = 0,
                                .event = words,
                                .reason = "why",
                                .code = "malformed",
                                .ingress = "inbox",
                                .received_at = first_moment(),
                                .at = first_moment()},
                               {});
  }

  /// Scheduled, and accepted by bob.
  void schedule_at(const std::string &session, const std::string &start) {
    auto e = schedule(session + "-1", session);
    e.at("data").as_object()["starts_at"] = start;
    (void)submit(e);
    (void)submit(event(session + "-2", "participant.accept", session,
                       "student:bob", R"({"student":"bob"})"));
  }

  void log_time(const std::string &session, int minutes) {
    const json::object data{{"minutes", minutes}, {"leave_call", true}};
    const auto a = submit(event(session + "-3", "session.log_time", session,
                                "tutor:ann", text(data)));
    CAF_CHECK_EQUAL(a.status, 200u);
  }

  void log_hour(const std::string &session) {
    ready_session(session);
    log_time(session, 58);
  }

  void advance(const std::string &by) {
    const auto a = connect().post("/v1/clock", "application/json",
                                  "{\"advance\":\"" + by + "\"}");
    CAF_CHECK_EQUAL(a.status, 200u);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(read_tests, fixture)

CAF_TEST(a session is shown and an unknown one is not ) {
  ready_session("s-1");
  const auto s = read("/v1/sessions/s-1");
  CAF_CHECK_EQUAL(s.at("id").as_string(), "s-1");
  CAF_CHECK_EQUAL(s.at("participants").at(0).at("status").as_string(), "going");
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/v1/sessions/none").problem(), "unknown-session");
  CAF_CHECK_EQUAL(c.get("/v1/sessions/a%20b").problem(), "unknown-session");
  CAF_CHECK_EQUAL(c.get("/v1/sessions/s-1?x=1").problem(), "malformed");
}

CAF_TEST(a history counts from one and names its commands) {
  ready_session("s-1");
  const auto events = read("/v1/sessions/s-1/history").at("events").as_array();
  CAF_REQUIRE_EQUAL(events.size(), 2u);
  for (std::size_t i = 0; i < events.size(); ++i)
    CAF_CHECK_EQUAL(events[i].at("seq").as_int64(),
                    static_cast<std::int64_t>(i + 1));
  CAF_CHECK_EQUAL(text(events[1].at("command")),
                  R"({"source":"/test","id":"s-1-2"})");
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/none/history").status, 404u);
}

CAF_TEST(refused commands about a session are told oldest first) {
  ready_session("s-1");
  for (const auto *id : {"r-1", "r-2"})
    (void)submit(
        event(id, "support.deny", "s-1", "support:eve", R"({"note":"no"})"));
  const auto all = read("/v1/sessions/s-1/refusals").at("refusals").as_array();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all[0].at("id").as_string(), "r-1");
  CAF_CHECK_EQUAL(all[1].at("refusals").at(0).at("code").as_string(),
                  "wrong-state");
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/none/refusals").status, 404u);
}

CAF_TEST(sessions are listed in pages without a gap) {
  for (const auto *s : {"s-1", "s-2", "s-3"})
    (void)submit(schedule(s, s));
  const auto first = read("/v1/sessions?limit=2&tutor=ann");
  CAF_CHECK_EQUAL(first.at("sessions").as_array().size(), 2u);
  const std::string next{first.at("next").as_string()};
  const auto rest = read("/v1/sessions?limit=2&tutor=ann&after=" + next);
  CAF_CHECK_EQUAL(rest.at("sessions").as_array().size(), 1u);
  CAF_CHECK_EQUAL(rest.at("sessions").at(0).at("id").as_string(), "s-3");
  CAF_CHECK(rest.at("next").is_null());
  CAF_CHECK(read("/v1/sessions?limit=3").at("next").is_null());
}

CAF_TEST(filters hold and wrong ones are refused) {
  (void)submit(schedule("c-1", "s-1"));
  const auto count = [this](const std::string &q) {
    return read("/v1/sessions?" + q).at("sessions").as_array().size();
  };
  CAF_CHECK_EQUAL(count("student=bob&course=math&state=scheduled"), 1u);
  CAF_CHECK_EQUAL(count("student=eve"), 0u);
  CAF_CHECK_EQUAL(count("state=paid"), 0u);
  auto c = connect();
  for (const auto *q : {"state=PAID", "tutor=a%20b", "limit=0", "limit=1001",
                        "color=red", "limit=1&limit=1", "state=", "tutor="})
    CAF_CHECK_EQUAL(c.get(std::string{"/v1/sessions?"} + q).status, 400u);
}

CAF_TEST(eligibility tells what logging time now would be answered) {
  (void)submit(schedule("c-1", "s-1"));
  const auto no = read("/v1/sessions/s-1/eligibility");
  CAF_CHECK_EQUAL(no.at("eligible").as_bool(), false);
  CAF_CHECK_EQUAL(no.at("max_minutes").as_int64(), 0);
  CAF_CHECK(!no.at("refusals").as_array().empty());
  ready_session("s-2");
  const auto yes = read("/v1/sessions/s-2/eligibility");
  CAF_CHECK_EQUAL(text(yes),
                  R"({"eligible":true,"refusals":[],"max_minutes":90,)"
                  R"("rules":{"min_characters":150,"max_characters":10000,)"
                  R"("step_minutes":5,"max_minutes":90}})");
  CAF_CHECK_EQUAL(
      connect().get("/v1/sessions/s-2/eligibility?leave_call=maybe").status,
      400u);
}

CAF_TEST(eligibility knows what is left of a limit) {
  // 180 minutes a week for a student in a course; one session a pair and day.
  schedule_at("s-1", "2026-11-24T01:00:00Z");
  schedule_at("s-2", "2026-11-25T01:00:00Z");
  schedule_at("s-3", "2026-11-25T20:00:00Z");
  advance("60h");
  log_time("s-1", 90);
  log_time("s-2", 75);
  const auto limits =
      read("/v1/courses/math/limits?student=bob&at=2026-11-25").at("limits");
  CAF_CHECK_EQUAL(limits.at(0).at("code").as_string(),
                  "student-course-weekly-limit");
  CAF_CHECK_EQUAL(limits.at(0).at("remaining").as_int64(), 15);
  const auto some = read("/v1/sessions/s-3/eligibility");
  CAF_CHECK(some.at("eligible").as_bool());
  CAF_CHECK_EQUAL(some.at("max_minutes").as_int64(), 15);
  log_time("s-3", 15);
  schedule_at("s-4", "2026-11-26T01:00:00Z");
  const auto no = read("/v1/sessions/s-4/eligibility");
  CAF_CHECK_EQUAL(no.at("max_minutes").as_int64(), 0);
  CAF_CHECK_EQUAL(no.at("refusals").at(0).at("code").as_string(),
                  "student-course-weekly-limit");
}

CAF_TEST(limits name their week and what was used) {
  log_hour("s-1");
  const auto tutor = read("/v1/tutors/ann/limits");
  CAF_CHECK_EQUAL(tutor.at("period").as_string(), "2026-W48");
  CAF_CHECK_EQUAL(
      text(tutor.at("limits")),
      R"([{"code":"tutor-weekly-limit","limit":900,"used":60,"remaining":840}])");
  const auto course = read("/v1/courses/math/limits?student=bob");
  CAF_CHECK_EQUAL(course.at("limits").at(0).at("used").as_int64(), 60);
  CAF_CHECK_EQUAL(course.at("limits").at(1).at("code").as_string(),
                  "course-weekly-limit");
  CAF_CHECK(course.at("limits").at(1).at("limit").is_null());
  CAF_CHECK(course.at("limits").at(1).at("remaining").is_null());
  CAF_CHECK_EQUAL(read("/v1/tutors/ann/limits?at=2026-11-30T12:00:00Z")
                      .at("limits")
                      .at(0)
                      .at("used")
                      .as_int64(),
                  0);
  CAF_CHECK_EQUAL(connect().get("/v1/tutors/ann/limits?at=soon").status, 400u);
  CAF_CHECK_EQUAL(connect().get("/v1/tutors/a%20b/limits").status, 400u);
}

CAF_TEST(an account without entries is empty and a wrong name is refused) {
  CAF_CHECK_EQUAL(
      text(read("/v1/accounts/tutor%3Aann")),
      R"({"account":"tutor:ann","balances":{},"entries":[],"next":null})");
  auto c = connect();
  for (const auto *name : {"ann", "student:bob", "tutor:", "tutor:a%20b"})
    CAF_CHECK_EQUAL(c.get(std::string{"/v1/accounts/"} + name).status, 400u);
}

CAF_TEST(notifications are the same by session and from the feed) {
  ready_session("s-1");
  (void)connect().post("/v1/clock", "application/json", R"({"advance":"25h"})");
  const auto mine = read("/v1/notifications?session=s-1");
  const auto list = mine.at("notifications").as_array();
  CAF_REQUIRE(list.size() >= 2);
  CAF_CHECK_EQUAL(list[0].at("session").as_string(), "s-1");
  CAF_CHECK(read("/v1/notifications").at("notifications") == list);
  CAF_CHECK(read_pages("/v1/notifications?limit=1", "notifications").items
            == list);
  CAF_CHECK_EQUAL(connect().get("/v1/notifications?session=none").status, 404u);
  CAF_CHECK_EQUAL(connect().get("/v1/notifications?after=x").status, 400u);
}

CAF_TEST(a page of an account that no token names is refused) {
  for (const auto *token :
       {"garbage", "1.s-1", "x.s-1.settlement.0", "1.s-1.settlement"})
    CAF_CHECK_EQUAL(
        connect()
            .get(std::string{"/v1/accounts/tutor:ann?after="} + token)
            .status,
        400u);
  CAF_CHECK_EQUAL(
      connect().get("/v1/accounts/tutor:ann?after=1.s-1.settlement.0").status,
      200u);
}

CAF_TEST(dead letters are listed and tried again once) {
  for (const auto *word : {"one", "two"})
    write_letter(word);
  const auto page = read("/v1/dead-letters?limit=1");
  CAF_CHECK_EQUAL(page.at("dead_letters").at(0).at("event").as_string(), "one");
  const auto id = text(page.at("dead_letters").at(0).at("id"));
  auto c = connect();
  CAF_CHECK_EQUAL(
      c.post("/v1/dead-letters/" + id + "/retry", "application/json", "").body,
      "{\"id\":" + id + "}");
  CAF_CHECK_EQUAL(
      c.post("/v1/dead-letters/" + id + "/retry", "application/json", "")
          .status,
      404u);
  CAF_CHECK_EQUAL(
      c.post("/v1/dead-letters/x/retry", "application/json", "").status, 404u);
  CAF_CHECK_EQUAL(read("/v1/dead-letters").at("dead_letters").as_array().size(),
                  1u);
}

CAF_TEST(a dead letter that was going out stays) {
  store()->write_dead_letter(
      {.id = 0,
       .event = "one",
       .reason = "why",
       .code = "too-large",
       .ingress = "nats",
       .received_at = first_moment(),
       .at = first_moment(),
       .direction = recapd::storage::letter_direction::out},
      {});
  const auto page = read("/v1/dead-letters");
  const auto &letter = page.at("dead_letters").at(0);
  CAF_CHECK_EQUAL(letter.at("direction").as_string(), "out");
  const auto a =
      connect().post("/v1/dead-letters/" + text(letter.at("id")) + "/retry",
                     "application/json", "");
  CAF_CHECK_EQUAL(a.status, 409u);
  CAF_CHECK(a.body.find("urn:recapd:problem:not-retriable")
            != std::string::npos);
  CAF_CHECK_EQUAL(read("/v1/dead-letters").at("dead_letters").as_array().size(),
                  1u);
}

CAF_TEST(a history comes by pages without a gap) {
  ready_session("s-1");
  for (int i = 0; i < 4; ++i)
    (void)submit(event("c-" + std::to_string(i),
                       i % 2 == 0 ? "call.join" : "call.leave", "s-1",
                       "student:bob", R"({"participant":"student:bob"})"));
  const auto whole = read("/v1/sessions/s-1/history");
  CAF_CHECK(whole.at("next").is_null());
  CAF_CHECK_EQUAL(whole.at("events").as_array().size(), 6u);
  const auto paged = read_pages("/v1/sessions/s-1/history?limit=4", "events");
  CAF_CHECK_EQUAL(paged.pages, 2);
  CAF_CHECK(json::value(paged.items) == whole.at("events"));
  auto c = connect();
  CAF_CHECK_EQUAL(text(read("/v1/sessions/s-1/history?after=99999999999999")),
                  R"({"events":[],"next":null})");
  for (const auto *wrong : {"after=x", "after=-1", "limit=0", "limit=1001"})
    CAF_CHECK_EQUAL(
        c.get(std::string{"/v1/sessions/s-1/history?"} + wrong).status, 400u);
}

CAF_TEST(refusals come by pages in order of receipt without the session) {
  ready_session("s-1");
  for (int i = 0; i < 5; ++i)
    (void)submit(event("c-" + std::to_string(i), "support.deny", "s-1",
                       "support:eve", R"({"note":"n"})"));
  const auto whole = read("/v1/sessions/s-1/refusals");
  CAF_CHECK_EQUAL(whole.at("refusals").as_array().size(), 5u);
  const auto paged =
      read_pages("/v1/sessions/s-1/refusals?limit=2", "refusals").items;
  CAF_CHECK(json::value(paged) == whole.at("refusals"));
  for (const auto &one : paged)
    CAF_CHECK(one.at("session").is_null());
  CAF_CHECK_EQUAL(
      connect().get("/v1/sessions/s-1/refusals?after=nothing").status, 400u);
}

CAF_TEST(a page ends where its bytes do and one item is always there) {
  constexpr std::size_t letters = 150;
  for (std::size_t i = 0; i < letters; ++i)
    write_letter(std::string(60'000, 'x'));
  std::size_t found = 0;
  int pages = 0;
  for (std::string after; pages == 0 || !after.empty(); ++pages) {
    const auto a = connect().get("/v1/dead-letters?limit=1000" + after);
    CAF_CHECK(a.body.size() <= 8'388'608U);
    const auto &page = a.json();
    found += page.at("dead_letters").as_array().size();
    after = next_of(page);
  }
  CAF_CHECK_EQUAL(found, letters);
  CAF_CHECK_EQUAL(pages, 2);
}

CAF_TEST_FIXTURE_SCOPE_END()
