// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE event_json
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace json = boost::json;

namespace {

const claim one_claim{.key = {.kind = limit_kind::pair_day,
                              .owner = "ann",
                              .item = "bob",
                              .period = 20780},
                      .amount = 1,
                      .cap = 1};
const claim uncapped{
    .key = {.kind = limit_kind::course_week, .owner = "M1", .period = -3},
    .amount = 60,
    .cap = std::nullopt};
const transfer more_money{.kind = transfer_kind::correction,
                          .from = "program:default",
                          .to = "tutor:ann",
                          .amount = 750,
                          .currency = "USD",
                          .n = 2};
const transfer money{.kind = transfer_kind::reversal,
                     .from = "tutor:ann",
                     .to = "program:default",
                     .amount = 2250,
                     .currency = "USD"};

schedule_session full_plan() {
  auto what = plan({"bob", "cal"});
  what.rate_per_hour = 1500;
  what.currency = "USD";
  what.timezone = "America/New_York";
  return what;
}

/// One of each alternative, in order.
std::vector<event_body> samples() {
  return {
      session_scheduled{
          .what = full_plan(), .deadline = deadline, .policy_version = 3},
      participant_invited{.student = "bob"},
      invitation_accepted{.student = "bob"},
      invitation_declined{.student = "bob"},
      participant_removed{.student = "bob",
                          .released = {{.key = one_claim.key, .amount = 1}}},
      call_joined{.participant = ann, .number = 1},
      call_left{.participant = bob, .number = 2},
      time_logged{.minutes = 60,
                  .given = 58,
                  .leave_call = true,
                  .claims = {one_claim, uncapped}},
      time_corrected{.minutes = 90,
                     .was = 60,
                     .given = 88,
                     .note = "seen",
                     .claims = {uncapped},
                     .released = {},
                     .payment = more_money},
      tutor_recap_submitted{.written = good, .figures = figures_of(good)},
      student_recap_submitted{.student = "bob",
                              .written = good,
                              .figures = {.characters = 1, .words = 2}},
      session_completed{.automatic = true},
      session_paid{.payment = money},
      session_missed{},
      miss_lifted{.claims = {one_claim}},
      session_cancelled{.reason = "ill"},
      session_disputed{.reason = "less"},
      session_upheld{.note = "right"},
      support_requested{.message = "please"},
      session_reopened{.hours = 24,
                       .note = "once",
                       .deadline = deadline + 24h,
                       .reminders = {.over = {1, 2}}},
      update_denied{.note = "no"},
      session_voided{.note = "no", .reversal = money},
      reminder_sent{.kind = reminder_kind::tutor_recap_reminder, .count = 2},
      person_erased{.who = {role::support, "eve"}}};
}

}  // namespace

CAF_TEST(every event is read back as it was written) {
  auto all = samples();
  CAF_CHECK_EQUAL(all.size(), std::variant_size_v<event_body>);
  all.emplace_back(session_voided{.note = "", .reversal = std::nullopt});
  all.emplace_back(participant_removed{.student = "bob"});
  all.emplace_back(
      time_corrected{.minutes = 30,
                     .was = 60,
                     .given = 30,
                     .note = "",
                     .claims = {},
                     .released = {{.key = uncapped.key, .amount = 30}},
                     .payment = std::nullopt});
  for (const auto &e : all) {
    const auto text = json::serialize(to_json(e));
    const auto back = parse_event(type_of(e), json::parse(text));
    CAF_MESSAGE(text);
    CAF_REQUIRE(back.has_value());
    CAF_CHECK(*back == e);
    CAF_CHECK_EQUAL(to_text(e), text);
  }
}

CAF_TEST(every event has a type of its own and its schema) {
  std::set<std::string_view> types;
  for (const auto &e : samples()) {
    types.insert(type_of(e));
    const auto data = to_json(e);
    CAF_CHECK_EQUAL(data.at("v").as_int64(), event_schema);
  }
  CAF_CHECK_EQUAL(types.size(), std::variant_size_v<event_body>);
}

CAF_TEST(stored texts of the first version stay readable) {
  // Written by version 1: these texts are in databases and never change.
  const std::pair<std::string_view, std::string_view> stored[] = {
      {"session.scheduled",
       R"({"v":1,"tutor":"ann","course":"MATH101",)"
       R"("starts_at":"2026-11-23T14:30:00Z","modality":"online",)"
       R"("students":["bob","cal"],"program":"default","rate_per_hour":1500,)"
       R"("currency":"USD","timezone":"America/New_York",)"
       R"("deadline":"2026-11-26T14:30:00Z","policy_version":3})"},
      {"time.logged",
       R"({"v":1,"minutes":60,"given":58,"leave_call":true,"claims":[)"
       R"({"kind":"pair_day","owner":"ann","item":"bob","period":20780,)"
       R"("amount":1,"cap":1},{"kind":"course_week","owner":"M1","item":"",)"
       R"("period":-3,"amount":60,"cap":null}]})"},
      {"session.voided",
       R"({"v":1,"note":"no","reversal":{"kind":"reversal","from":"tutor:ann",)"
       R"("to":"program:default","amount":2250,"currency":"USD"}})"},
      {"session.reopened",
       R"({"v":1,"hours":24,"note":"once","deadline":"2026-11-27T14:30:00Z",)"
       R"("reminders":{"tutor_recap_due":true,"tutor_recap_reminder":2,)"
       R"("student_recap_reminder":0,"tutor_remind_student":0,)"
       R"("student_recap_overdue":false}})"},
  };
  for (const auto &[type, text] : stored) {
    const auto e = parse_event(type, json::parse(text));
    CAF_REQUIRE(e.has_value());
    CAF_CHECK_EQUAL(type_of(*e), type);
    CAF_CHECK_EQUAL(json::serialize(to_json(*e)), text);
    bool found = false;
    for (const auto &sample : samples())
      found = found || sample == *e;
    CAF_CHECK(found);
  }
}

CAF_TEST(calls and removals of the first version stay readable) {
  const auto joined = parse_event(
      "call.joined", json::parse(R"({"v":1,"participant":"tutor:ann"})"));
  CAF_REQUIRE(joined.has_value());
  CAF_CHECK(*joined == event_body{call_joined{.participant = ann}});
  const auto removed = parse_event("participant.removed",
                                   json::parse(R"({"v":1,"student":"bob"})"));
  CAF_REQUIRE(removed.has_value());
  CAF_CHECK(*removed == event_body{participant_removed{.student = "bob"}});
}

CAF_TEST(what was written before there was a kind of reminder has none over) {
  const auto e = parse_event(
      "session.reopened",
      json::parse(
          R"({"v":1,"hours":1,"note":"","deadline":)"
          R"("2026-11-27T14:30:00Z","reminders":{)"
          R"("tutor_recap_reminder":2,"student_recap_overdue":true}})"));
  CAF_REQUIRE(e.has_value());
  const reminder_progress progress{.over = {0, 2, 0, 0, 1}};
  CAF_CHECK(std::get<session_reopened>(*e).reminders == progress);
}

CAF_TEST(a correction is written in a fixed form) {
  CAF_CHECK_EQUAL(
      to_text(samples()[8]),
      R"({"v":1,"minutes":90,"was":60,"given":88,"note":"seen","claims":[)"
      R"({"kind":"course_week","owner":"M1","item":"","period":-3,)"
      R"("amount":60,"cap":null}],"released":[],"payment":{)"
      R"("kind":"correction","from":"program:default","to":"tutor:ann",)"
      R"("amount":750,"currency":"USD","n":2}})");
}

CAF_TEST(what cannot be read is told) {
  auto wrong = [](std::string_view type, std::string_view text) {
    const auto e = parse_event(type, json::parse(text));
    return e.has_value() ? "nothing" : e.error();
  };
  CAF_CHECK_EQUAL(wrong("session.eaten", "{}"),
                  "type: expected an event's, not session.eaten");
  CAF_CHECK_EQUAL(wrong("session.missed", R"({"v":2})"),
                  "data.v: expected a whole number from 1 to 1");
  CAF_CHECK_EQUAL(wrong("session.missed", R"({"v":1,"x":1})"),
                  "data.x: unknown member, expected one of v");
  CAF_CHECK_EQUAL(wrong("reminder.sent", R"({"v":1,"kind":"x","count":1})"),
                  "data.kind: expected a kind of reminder");
  CAF_CHECK_EQUAL(wrong("reminder.sent", R"({"v":1,"kind":0,"count":1})"),
                  "data.kind: expected a kind of reminder");
  CAF_CHECK_EQUAL(wrong("session.paid", R"({"v":1,"payment":{}})"),
                  "data.payment.kind: expected this member, which is missing");
  CAF_CHECK_EQUAL(wrong("session.voided", R"({"v":1,"note":""})"),
                  "data.reversal: expected this member, which is missing");
  CAF_CHECK_EQUAL(wrong("session.missed", "[]"), "data: expected an object");
}
