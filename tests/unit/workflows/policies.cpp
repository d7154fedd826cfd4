// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE policies
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "story.hpp"
#include "tests/support/nested.hpp"

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
      R"("pay":{"rate_per_hour":1500,"currency":"USD","settle_after":null},)"
      R"("reminders":{"tutor_recap_due":"90m",)"
      R"("tutor_recap_reminder":["24h","48h","71h"],)"
      R"("student_recap_reminder":["24h","48h","72h"],)"
      R"("tutor_remind_student":["24h"],"student_recap_overdue":"168h"},)"
      R"("disbursements":null,"courses":{},"programs":{}})");
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
  const auto &own = p.rules_for("default", "CHEM1");
  CAF_CHECK(own.log_window == 48h);
  CAF_CHECK_EQUAL(*own.limits.tutor_minutes_per_week, 600);
  CAF_CHECK_EQUAL(*own.limits.course_minutes_per_week, 1200);
  CAF_CHECK(!own.limits.pair_sessions_per_day);
  CAF_CHECK_EQUAL(own.week_starts_on, 1);
  CAF_CHECK(own.confirmation == confirmation_rule::any_student);
  CAF_CHECK(own.auto_confirm_after == 72h);
  CAF_CHECK(p.rules_for("default", "MATH101") == p.base);
  CAF_CHECK(!p.base.limits.course_minutes_per_week);
}

CAF_TEST(of a policy its courses programmes and programmes courses what comes
             later wins) {
  const auto p = read(R"({
    "log_window": "48h",
    "pay": {"rate_per_hour": 1000},
    "courses": {"M1": {"log_window": "10h", "pay": {"rate_per_hour": 1100}}},
    "programs": {
      "night": {"pay": {"rate_per_hour": 1200}, "confirmation": "any_student",
                "courses": {"M1": {"duration": {"max_minutes": 60}},
                            "M2": {"log_window": "20h"}}}}})");
  struct expected {
    std::string_view program;
    std::string_view course;
    std::chrono::seconds window;
    std::int64_t rate;
    int most;
    bool any;
  };
  const expected cases[] = {
      {"default", "M1", 10h, 1100, 90, false},
      {"default", "M2", 48h, 1000, 90, false},
      {"night", "M1", 10h, 1200, 60, true},
      {"night", "M2", 20h, 1200, 90, true},
      {"night", "M3", 48h, 1200, 90, true},
      {"", "", 48h, 1000, 90, false},
  };
  for (const auto &c : cases) {
    CAF_MESSAGE(c.program << " " << c.course);
    const auto &r = p.rules_for(c.program, c.course);
    CAF_CHECK(r.log_window == c.window);
    CAF_CHECK_EQUAL(r.rate_per_hour, c.rate);
    CAF_CHECK_EQUAL(r.max_minutes, c.most);
    CAF_CHECK((r.confirmation == confirmation_rule::any_student) == c.any);
  }
}

CAF_TEST(overrides are written as they were said) {
  const auto p = read(R"({
    "courses": {"M1": {"pay": {"rate_per_hour": 1500}, "log_window": "3d"},
                "M2": {}},
    "programs": {"night": {"courses": {"M1": {"limits":
                    {"pair_sessions_per_day": null}}}},
                 "day": {}}})");
  const auto out = to_json(p);
  CAF_CHECK_EQUAL(
      json::serialize(out.at("courses")),
      R"({"M1":{"log_window":"72h","pay":{"rate_per_hour":1500}}})");
  CAF_CHECK_EQUAL(json::serialize(out.at("programs")),
                  R"({"night":{"courses":{"M1":{"limits":)"
                  R"({"pair_sessions_per_day":null}}}}})");
  CAF_CHECK(read(json::serialize(out)) == p);
}

CAF_TEST(a delay of the settlement is read and overridden) {
  const auto p = read(R"({"pay": {"settle_after": "2d"},
    "courses": {"M1": {"pay": {"settle_after": null}}}})");
  CAF_CHECK(p.rules_for("default", "M2").settle_after == 48h);
  CAF_CHECK(!p.rules_for("default", "M1").settle_after);
  CAF_CHECK_EQUAL(
      json::serialize(to_json(p).at("pay")),
      R"({"rate_per_hour":1500,"currency":"USD","settle_after":"48h"})");
}

CAF_TEST(that sessions are settled at once is said by null) {
  const auto p = read(R"({"pay": {"settle_after": null},
    "courses": {"M1": {"pay": {"settle_after": null}}}})");
  const auto out = to_json(p);
  CAF_CHECK_EQUAL(
      json::serialize(out.at("pay")),
      R"({"rate_per_hour":1500,"currency":"USD","settle_after":null})");
  CAF_CHECK_EQUAL(json::serialize(out.at("courses")),
                  R"({"M1":{"pay":{"settle_after":null}}})");
  CAF_CHECK(read(json::serialize(out)) == p);
}

CAF_TEST(there is a bound to programmes with courses) {
  json::object courses;
  json::object programs;
  for (int i = 0; i < 101; ++i) {
    courses["c" + std::to_string(i)] = {{"log_window", "1h"}};
    programs["p" + std::to_string(i)] = {{"log_window", "2h"}};
  }
  CAF_CHECK_EQUAL(
      error_in(json::serialize(
          json::object{{"courses", courses}, {"programs", programs}})),
      "policy.programs: expected at most 10000 programmes, and pairs of a "
      "programme and a course, both with rules of their own");
  for (int i = 98; i < 101; ++i) {
    courses.erase("c" + std::to_string(i));
    programs.erase("p" + std::to_string(i));
  }
  CAF_CHECK_EQUAL(error_in(json::serialize(json::object{
                      {"courses", courses}, {"programs", programs}})),
                  "none");
}

CAF_TEST(what changes between two policies is named by its path) {
  const auto told = [](std::string_view from, std::string_view to) {
    std::string all;
    for (const auto &one : changes_between(read(from), read(to)))
      all += one.path + " " + json::serialize(one.from)
             + (one.inherited == policy_change::side::from ? "* " : " ")
             + json::serialize(one.to)
             + (one.inherited == policy_change::side::to ? "*; " : "; ");
    return all;
  };
  CAF_CHECK_EQUAL(told("{}", "{}"), "");
  CAF_CHECK_EQUAL(told(R"({"log_window": "3d"})",
                       R"({"log_window": "72h", "pay": {"rate_per_hour": 9}})"),
                  "policy.pay.rate_per_hour 1500 9; ");
  CAF_CHECK_EQUAL(
      told(R"({"courses": {"M1": {"log_window": "1h"}}})",
           R"({"programs": {"p": {"courses": {"M1": {"log_window": "2h"}}}},
               "reminders": {"tutor_recap_reminder": ["1h"]}})"),
      "policy.reminders.tutor_recap_reminder [\"24h\",\"48h\",\"71h\"] "
      "[\"1h\"]; policy.courses.M1.log_window \"1h\" \"72h\"*; "
      "policy.programs.p.courses.M1.log_window \"1h\"* \"2h\"; ");
  // An override that lifts a rule is none that is not there.
  const auto *const lifted = R"({"auto_confirm_after": "24h",
    "programs": {"p": {"auto_confirm_after": null}}})";
  CAF_CHECK_EQUAL(told(R"({"auto_confirm_after": "24h"})", lifted),
                  "policy.programs.p.auto_confirm_after \"24h\"* null; ");
  CAF_CHECK_EQUAL(told(lifted, R"({"auto_confirm_after": "24h"})"),
                  "policy.programs.p.auto_confirm_after null \"24h\"*; ");
}

CAF_TEST(what was taken once is read again though it is refused today) {
  const auto json = json::parse(R"({"duration": {"step_minutes": 7},
    "courses": {"M1": {"week_starts_on": "sunday"}}})");
  policy_error error;
  CAF_CHECK(!parse_policy(json.as_object(), error));
  const auto p = parse_policy(json.as_object(), error, policy_origin::stored);
  CAF_REQUIRE(p.has_value());
  CAF_CHECK_EQUAL(p->base.step_minutes, 7);
  CAF_CHECK_EQUAL(p->rules_for("default", "M1").week_starts_on, 7);
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
  struct wrong {
    std::string_view path;
    std::string_view value;  ///< as JSON
    std::string_view said;   ///< how the message goes on behind the path
  };
  const wrong cases[] = {
      {"limits.tutor_minutes_per_week", "-1",
       ": expected a whole number of minutes, 0 or more, or null"},
      {"limits.pair_sessions_per_day", R"("1")",
       ": expected a whole number of sessions, 0 or more, or null"},
      {"limits", "900", ": expected an object"},
      {"reminders.tutor_remind_student", R"("24h")",
       R"(: expected durations in ascending order such as ["24h", "48h"], or )"
       "null"},
      {"log_window", "72", R"(: expected a duration such as "72h")"},
      {"log_window", "null", R"(: expected a duration such as "72h")"},
      {"auto_confirm_after", R"("soon")",
       R"(: expected a duration such as "72h", or null)"},
      {"recap", R"({"min_characters": 200, "max_characters": 199})",
       ".max_characters: expected a whole number not below min_characters, "
       "which is 200"},
      {"recap.min_characters", "1.5", ": expected a whole number, 0 or more"},
      {"duration.step_minutes", "0", ": expected a whole number, 1 or more"},
      {"calls.max_per_session", "0", ": expected a whole number, 1 or more"},
      {"duration.max_minutes", "4",
       ": expected a whole number from step_minutes, which is 5, to 1440"},
      {"duration", R"({"step_minutes": 7, "max_minutes": 90})",
       ".max_minutes: expected a multiple of step_minutes, which is 7"},
      {"duration.step_minutes", "7",
       ": expected a divisor of max_minutes, which is 90"},
      {"duration.max_minutes", "88",
       ": expected a multiple of step_minutes, which is 5"},
      {"courses.M1.duration.max_minutes", "61",
       ": expected a multiple of step_minutes, which is 5"},
      {"courses.M1.week_starts_on", R"("sunday")",
       ": expected no other day than the installation's, which is monday"},
      {"week_starts_on", R"("Monday")", ": expected a day, monday to sunday"},
      {"timezone", R"("GMT+3")",
       ": expected an IANA time zone name such as America/New_York"},
      {"confirmation", R"("none")", ": expected all_students or any_student"},
      {"pay.currency", R"("usd")", ": expected a currency: three letters A-Z"},
      {"pay.rate_per_hour", "15.5",
       ": expected a whole number from 0 to 10000000"},
      {"pay.settle_after", R"("soon")",
       R"(: expected a duration such as "72h", or null)"},
      {"programs.p.pay.settle_after", "0",
       R"(: expected a duration such as "72h", or null)"},
      {"reminders.tutor_recap_reminder", R"(["48h", "24h"])",
       R"(: expected durations in ascending order such as ["24h", "48h"], or )"
       "null"},
      {"reminders.tutor_recap_due", R"(["90m"])",
       R"(: expected a duration such as "72h", or null)"},
      {"courses.MATH101.log_window", R"("x")",
       R"(: expected a duration such as "72h")"},
      {"courses.MATH101.courses", "{}",
       ": expected one of recap, log_window, duration, calls, limits, "
       "week_starts_on, timezone, confirmation, auto_confirm_after, pay, "
       "reminders, disbursements"},
      {"courses.no good", "{}",
       ": expected a course's id as its name: 1 to 64 of A-Z a-z 0-9 _ -"},
      {"courses", "[]", ": expected an object"},
      {"programs", "[]", ": expected an object"},
      {"programs.p", "7", ": expected an object"},
      {"programs.no good", "{}",
       ": expected a programme's id as its name: 1 to 64 of A-Z a-z 0-9 _ -"},
      {"programs.p.programs", "{}",
       ": expected one of recap, log_window, duration, calls, limits, "
       "week_starts_on, timezone, confirmation, auto_confirm_after, pay, "
       "reminders, disbursements, courses"},
      {"programs.p.courses.M1.week_starts_on", R"("sunday")",
       ": expected no other day than the installation's, which is monday"},
      {"programs.p.pay.rate_per_hour", "-1",
       ": expected a whole number from 0 to 10000000"},
      {"duration.maximum", "4", ": expected one of step_minutes, max_minutes"},
  };
  for (const auto &[path, value, said] : cases)
    CAF_CHECK_EQUAL(error_in(recapd::tests::nested(path, value)),
                    "policy." + std::string{path}.append(said));
  CAF_CHECK_EQUAL(
      error_in(R"({"duration": {"step_minutes": 7, "max_minutes": 70},
           "courses": {"M1": {"duration": {"step_minutes": 4}}}})"),
      "policy.courses.M1.duration.step_minutes: expected a divisor of "
      "max_minutes, which is 70");
}
