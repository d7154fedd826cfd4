// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE policies
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace json = boost::json;

namespace {

policy read(std::string_view text) {
  policy_error error;
  auto p = parse_policy(json::parse(text).as_object(), error);
  if (!p) throw std::invalid_argument{error.path + ": " + error.expected};
  return *p;
}

std::string error_in(std::string_view text) {
  policy_error error;
  const auto p = parse_policy(json::parse(text).as_object(), error);
  return p ? "none" : error.path + ": expected " + error.expected;
}

}  // namespace

CAF_TEST(an empty policy is that of the contract) {
  const auto p = read("{}");
  CAF_CHECK(p == policy{});
  CAF_CHECK_EQUAL(
      json::serialize(to_json(p)),
      R"({"recap":{"min_characters":150,"max_characters":10000},)"
      R"("log_window":"72h","duration":{"step_minutes":5,"max_minutes":90},)"
      R"("calls":{"max_per_session":500},)"
      R"("limits":{"tutor_minutes_per_week":900,)"
      R"("student_course_minutes_per_week":180,)"
      R"("course_minutes_per_week":null,"pair_sessions_per_day":1},)"
      R"("week_starts_on":"monday","timezone":"America/New_York",)"
      R"("confirmation":"all_students","auto_confirm_after":null,)"
      R"("pay":{"rate_per_hour":1500,"currency":"USD"},)"
      R"("reminders":{"tutor_recap_due":"90m",)"
      R"("tutor_recap_reminder":["24h","48h","71h"],)"
      R"("student_recap_reminder":["24h","48h","72h"],)"
      R"("tutor_remind_student":["24h"],"student_recap_overdue":"168h"},)"
      R"("courses":{}})");
}

CAF_TEST(a course inherits what it does not say) {
  const auto p = read(R"({
    "log_window": "48h",
    "limits": {"tutor_minutes_per_week": 600},
    "courses": {"CHEM1": {"limits": {"course_minutes_per_week": 1200,
                                     "pair_sessions_per_day": null},
                          "week_starts_on": "monday",
                          "confirmation": "any_student",
                          "auto_confirm_after": "3d"}}})");
  const auto &own = p.for_course("CHEM1");
  CAF_CHECK(own.log_window == 48h);
  CAF_CHECK_EQUAL(*own.limits.tutor_minutes_per_week, 600);
  CAF_CHECK_EQUAL(*own.limits.course_minutes_per_week, 1200);
  CAF_CHECK(!own.limits.pair_sessions_per_day);
  CAF_CHECK_EQUAL(own.week_starts_on, 1);
  CAF_CHECK(own.confirmation == confirmation_rule::any_student);
  CAF_CHECK(own.auto_confirm_after == 72h);
  CAF_CHECK(p.for_course("MATH101") == p.base);
  CAF_CHECK(!p.base.limits.course_minutes_per_week);
}

CAF_TEST(what was taken once is read again though it is refused today) {
  const auto json = json::parse(R"({"duration": {"step_minutes": 7},
    "courses": {"M1": {"week_starts_on": "sunday"}}})");
  policy_error error;
  CAF_CHECK(!parse_policy(json.as_object(), error));
  const auto p = parse_policy(json.as_object(), error, policy_origin::stored);
  CAF_REQUIRE(p.has_value());
  CAF_CHECK_EQUAL(p->base.step_minutes, 7);
  CAF_CHECK_EQUAL(p->for_course("M1").week_starts_on, 7);
}

CAF_TEST(reminders may be a list or never) {
  const auto p = read(R"({"reminders": {"tutor_recap_due": null,
    "tutor_recap_reminder": null, "student_recap_reminder": ["1h30m"],
    "tutor_remind_student": ["1h", "2h"], "student_recap_overdue": null}})");
  const auto &times = p.base.reminders;
  using enum reminder_kind;
  using list = reminder_rules::value_type;
  CAF_CHECK(times[tutor_recap_due].empty());
  CAF_CHECK(times[tutor_recap_reminder].empty());
  CAF_CHECK(times[student_recap_reminder] == list{90min});
  const list two{1h, 2h};
  CAF_CHECK(times[tutor_remind_student] == two);
  CAF_CHECK(times[student_recap_overdue].empty());
  CAF_CHECK(read(json::serialize(to_json(p))) == p);
}

CAF_TEST(a wrong value is named by its path and what was expected) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"limits": {"tutor_minutes_per_week": -1}})",
       "policy.limits.tutor_minutes_per_week: expected a whole number of "
       "minutes, 0 or more, or null"},
      {R"({"limits": {"pair_sessions_per_day": "1"}})",
       "policy.limits.pair_sessions_per_day: expected a whole number of "
       "sessions, 0 or more, or null"},
      {R"({"limits": 900})", "policy.limits: expected an object"},
      {R"({"reminders": {"tutor_remind_student": "24h"}})",
       "policy.reminders.tutor_remind_student: expected "
       R"(durations in ascending order such as ["24h", "48h"], or null)"},
      {R"({"log_window": 72})",
       R"(policy.log_window: expected a duration such as "72h")"},
      {R"({"log_window": null})",
       R"(policy.log_window: expected a duration such as "72h")"},
      {R"({"auto_confirm_after": "soon"})",
       R"(policy.auto_confirm_after: expected a duration such as "72h", or null)"},
      {R"({"recap": {"min_characters": 200, "max_characters": 199}})",
       "policy.recap.max_characters: expected a whole number not below "
       "min_characters, which is 200"},
      {R"({"recap": {"min_characters": 1.5}})",
       "policy.recap.min_characters: expected a whole number, 0 or more"},
      {R"({"duration": {"step_minutes": 0}})",
       "policy.duration.step_minutes: expected a whole number, 1 or more"},
      {R"({"calls": {"max_per_session": 0}})",
       "policy.calls.max_per_session: expected a whole number, 1 or more"},
      {R"({"duration": {"max_minutes": 4}})",
       "policy.duration.max_minutes: expected a whole number from "
       "step_minutes, which is 5, to 1440"},
      {R"({"duration": {"step_minutes": 7, "max_minutes": 90}})",
       "policy.duration.max_minutes: expected a multiple of step_minutes, "
       "which is 7"},
      {R"({"duration": {"step_minutes": 7}})",
       "policy.duration.step_minutes: expected a divisor of max_minutes, "
       "which is 90"},
      {R"({"duration": {"max_minutes": 88}})",
       "policy.duration.max_minutes: expected a multiple of step_minutes, "
       "which is 5"},
      {R"({"courses": {"M1": {"duration": {"max_minutes": 61}}}})",
       "policy.courses.M1.duration.max_minutes: expected a multiple of "
       "step_minutes, which is 5"},
      {R"({"duration": {"step_minutes": 7, "max_minutes": 70},
           "courses": {"M1": {"duration": {"step_minutes": 4}}}})",
       "policy.courses.M1.duration.step_minutes: expected a divisor of "
       "max_minutes, which is 70"},
      {R"({"courses": {"M1": {"week_starts_on": "sunday"}}})",
       "policy.courses.M1.week_starts_on: expected no other day than the "
       "installation's, which is monday"},
      {R"({"week_starts_on": "Monday"})",
       "policy.week_starts_on: expected a day, monday to sunday"},
      {R"({"timezone": "GMT+3"})",
       "policy.timezone: expected an IANA time zone name such as "
       "America/New_York"},
      {R"({"confirmation": "none"})",
       "policy.confirmation: expected all_students or any_student"},
      {R"({"pay": {"currency": "usd"}})",
       "policy.pay.currency: expected a currency: three letters A-Z"},
      {R"({"pay": {"rate_per_hour": 15.5}})",
       "policy.pay.rate_per_hour: expected a whole number from 0 to 10000000"},
      {R"({"reminders": {"tutor_recap_reminder": ["48h", "24h"]}})",
       "policy.reminders.tutor_recap_reminder: expected durations in ascending "
       R"(order such as ["24h", "48h"], or null)"},
      {R"({"reminders": {"tutor_recap_due": ["90m"]}})",
       R"(policy.reminders.tutor_recap_due: expected a duration such as "72h", )"
       "or null"},
      {R"({"courses": {"MATH101": {"log_window": "x"}}})",
       R"(policy.courses.MATH101.log_window: expected a duration such as "72h")"},
      {R"({"courses": {"MATH101": {"courses": {}}}})",
       "policy.courses.MATH101.courses: expected one of recap, log_window, "
       "duration, calls, limits, week_starts_on, timezone, confirmation, "
       "auto_confirm_after, pay, reminders"},
      {R"({"courses": {"no good": {}}})",
       "policy.courses.no good: expected a course's id as its name: 1 to 64 of "
       "A-Z a-z 0-9 _ -"},
      {R"({"courses": []})", "policy.courses: expected an object"},
      {R"({"duration": {"maximum": 4}})",
       "policy.duration.maximum: expected one of step_minutes, max_minutes"},
  };
  for (const auto &[text, expected] : cases)
    CAF_CHECK_EQUAL(error_in(text), expected);
}
