// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE corrections
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

/// What is used of each kind of counter, in the order of the kinds.
std::vector<std::int64_t> used(const story &st) {
  std::vector<std::int64_t> sums(4);
  for (const auto &[key, amount] : st.used)
    sums[static_cast<std::size_t>(key.kind)] += amount;
  return sums;
}

std::vector<std::int64_t> counts(std::int64_t tutor, std::int64_t students,
                                 std::int64_t course, std::int64_t pairs) {
  return {tutor, students, course, pairs};
}

story paid(std::int64_t rate = 1500) {
  auto what = plan();
  what.rate_per_hour = rate;
  story st;
  st.ready(what).logged().submitted().completed().settled();
  return st;
}

/// The ledger transfer of a correction to so many minutes.
std::optional<transfer> payment(story &st, std::int64_t minutes) {
  const auto d = st.when(to(minutes), eve, start + 9h);
  return std::get<time_corrected>((*d)[0].what).payment;
}

constexpr std::string_view invalid = "refused invalid-minutes";
constexpr std::string_view corrected = "time.corrected";

}  // namespace

CAF_TEST(the difference counts and the rounded figure stands) {
  story st;
  st.ready(plan({"bob", "cal"})).logged();
  CAF_CHECK(used(st) == counts(60, 120, 60, 2));
  CAF_CHECK_EQUAL(st.then(to(71), eve, start + 2h), corrected);
  CAF_CHECK_EQUAL(st.s.minutes.value_or(0), 75);
  CAF_CHECK(st.s.status == session_status::time_logged);
  CAF_CHECK(used(st) == counts(75, 150, 75, 2));
  CAF_CHECK_EQUAL(st.then(to(1), eve, start + 2h), corrected);
  CAF_CHECK(used(st) == counts(5, 10, 5, 2));
  st.given(void_session{.note = "no"}, eve, start + 3h);
  CAF_CHECK(used(st) == counts(0, 0, 0, 0));
}

CAF_TEST(a correction needs other minutes that may be logged) {
  story st;
  st.ready().logged(61);
  for (std::int64_t minutes : {65, 61, 64, 0, -5, 91, 1'000'000})
    CAF_CHECK_EQUAL(st.then(to(minutes), eve, start + 2h), invalid);
  const auto refused = st.when(to(61), eve, start + 2h).error();
  CAF_CHECK_EQUAL(
      refused[0].detail,
      "The session has 65 minutes already; a correction needs others.");
  CAF_CHECK_EQUAL(st.then(to(60), eve, start + 2h), corrected);
}

CAF_TEST(more is checked by the limits for the difference) {
  story st;
  st.r.limits.tutor_minutes_per_week = 100;
  st.r.limits.pair_sessions_per_day = 1;
  st.ready().logged();
  for (auto &[key, amount] : st.used)
    if (key.kind == limit_kind::tutor_week) amount = 90;
  const auto d = st.when(to(75), eve, start + 2h);
  CAF_CHECK_EQUAL(summary(d), "refused tutor-weekly-limit");
  const auto refused = refusal_in(d, refusal_code::tutor_weekly_limit);
  CAF_CHECK_EQUAL(refused.limit->used, 90);
  CAF_CHECK_EQUAL(refused.limit->remaining, 10);
  CAF_CHECK_EQUAL(st.then(to(70), eve, start + 2h), corrected);
}

CAF_TEST(less is never refused by the limits) {
  story st;
  st.ready().logged();
  st.r.limits = {.tutor_minutes_per_week = 10,
                 .student_course_minutes_per_week = 10,
                 .course_minutes_per_week = 10,
                 .pair_sessions_per_day = 0};
  CAF_CHECK_EQUAL(st.then(to(55), eve, start + 2h), corrected);
  CAF_CHECK_EQUAL(st.then(to(60), eve, start + 2h),
                  "refused tutor-weekly-limit student-course-weekly-limit "
                  "course-weekly-limit");
}

CAF_TEST(a correction after the settlement pays the difference) {
  auto st = paid();
  const transfer more{.kind = transfer_kind::correction,
                      .from = "program:default",
                      .to = "tutor:ann",
                      .amount = 750,
                      .currency = "USD",
                      .n = 1};
  CAF_CHECK(payment(st, 90) == more);
  const transfer less{.kind = transfer_kind::correction,
                      .from = "tutor:ann",
                      .to = "program:default",
                      .amount = 2125,
                      .currency = "USD",
                      .n = 2};
  CAF_CHECK(payment(st, 5) == less);
  CAF_CHECK_EQUAL(st.s.paid->amount, 125);
  CAF_CHECK(st.s.paid->settled_at == start + 2h);
  CAF_CHECK(st.s.status == session_status::paid);
  const auto d = st.when(void_session{.note = "no"}, eve, start + 9h);
  const auto back = std::get<session_voided>((*d)[0].what).reversal;
  CAF_REQUIRE(back.has_value());
  CAF_CHECK_EQUAL(back->amount, 125);
  CAF_CHECK_EQUAL(back->from, "tutor:ann");
}

CAF_TEST(each figure is rounded by itself and equal pay moves nothing) {
  auto st = paid(1);  // 60 minutes pay 1, 30 round up to 1, 25 down to 0
  CAF_CHECK(!payment(st, 30));
  CAF_CHECK_EQUAL(st.s.paid->amount, 1);
  const auto less = payment(st, 25);
  CAF_REQUIRE(less.has_value());
  CAF_CHECK_EQUAL(less->amount, 1);
  CAF_CHECK_EQUAL(less->n, 1);
  CAF_CHECK_EQUAL(st.s.paid->amount, 0);
  const auto again = payment(st, 90);  // one and a half, half up
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(again->amount, 2);
  CAF_CHECK_EQUAL(again->n, 2);
}

CAF_TEST(a correction before the settlement changes what will be paid) {
  story st;
  st.ready().logged().submitted().completed();
  const auto before = next_timer(st.s, st.r);
  CAF_CHECK(!payment(st, 90));
  CAF_CHECK(st.s.status == session_status::completed);
  CAF_CHECK(next_timer(st.s, st.r) == before);
  st.settled();
  CAF_CHECK_EQUAL(st.s.paid->amount, 2250);
}

CAF_TEST(a reopened window drops what was corrected) {
  story st;
  st.ready().logged();
  st.given(to(90), eve, start + 2h);
  st.fires(just_late);
  CAF_CHECK(used(st) == counts(0, 0, 0, 0));
  CAF_CHECK_EQUAL(st.then(to(30), eve, just_late), "refused wrong-state");
  st.given(reopen_session{.hours = 24, .note = "once"}, eve, just_late);
  CAF_CHECK_EQUAL(st.then(to(30), eve, just_late), "refused wrong-state");
  st.given(log_of(30), ann, just_late);
  CAF_CHECK(used(st) == counts(30, 30, 30, 1));
}

CAF_TEST(a correction received in time lifts with the corrected minutes) {
  story st;
  st.ready().logged();
  st.fires(just_late);
  CAF_CHECK_EQUAL(st.then(to(90), eve, deadline, just_late),
                  "session.miss_lifted time.corrected");
  CAF_CHECK(used(st) == counts(90, 90, 90, 1));
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
  st.fires(just_late);
  for (auto &[key, amount] : st.used)
    amount = key.kind == limit_kind::tutor_week ? 850 : 0;
  CAF_CHECK_EQUAL(st.then(to(60), eve, deadline, just_late),
                  "refused tutor-weekly-limit");
  CAF_CHECK_EQUAL(st.then(to(50), eve, deadline, just_late),
                  "session.miss_lifted time.corrected");
}

CAF_TEST(a void takes back minutes in any state and asks no limit) {
  story st;
  st.ready().logged();
  st.fires(just_late);
  for (auto &[key, amount] : st.used)
    amount = 900;
  CAF_CHECK_EQUAL(st.then(void_session{.note = "no"}, eve, deadline, just_late),
                  "session.miss_lifted session.voided");
  st = {};
  st.ready().logged();
  st.fires(just_late);
  st.given(deny_update{.note = "no"}, eve, just_late);
  CAF_CHECK_EQUAL(st.then(void_session{.note = "no"}, eve, just_late),
                  "session.voided");
  CAF_CHECK_EQUAL(st.then(void_session{.note = "no"}, eve, just_late),
                  "refused wrong-state");
  CAF_CHECK(used(st) == counts(0, 0, 0, 0));
}
