// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE limits
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

usage_key tutor_week(int period) {
  return {.kind = limit_kind::tutor_week, .owner = "ann", .period = period};
}

const int that_day = local_day(start, "America/New_York");
const int that_week = week_thursday(that_day, 1);

/// Lets the session's counter of that kind and student stand at `used`.
void set_used(story &st, limit_kind kind, std::int64_t used,
              const std::string &student = {}) {
  facts f = st.facts_of(log_of(60), ann, start + 1h, start + 1h);
  for (const auto &c : claims(st.s, log_of(60), f))
    if (c.key.kind == kind && (student.empty() || c.key.item == student))
      st.used[c.key] = used;
}

}  // namespace

CAF_TEST(
    a logged session claims from every counter in the order of the contract) {
  rules r;
  const auto all = claims_of(r, "ann", "MATH101", {"bob", "cal"}, start,
                             "America/New_York", 60);
  CAF_REQUIRE_EQUAL(all.size(), 6u);
  const std::pair<limit_kind, std::string> expected[] = {
      {limit_kind::tutor_week, ""},
      {limit_kind::student_course_week, "bob"},
      {limit_kind::student_course_week, "cal"},
      {limit_kind::course_week, ""},
      {limit_kind::pair_day, "bob"},
      {limit_kind::pair_day, "cal"}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool pair = all[i].key.kind == limit_kind::pair_day;
    CAF_CHECK(all[i].key.kind == expected[i].first);
    CAF_CHECK_EQUAL(all[i].key.item, expected[i].second);
    CAF_CHECK_EQUAL(all[i].key.owner,
                    owned_by_tutor(all[i].key.kind) ? "ann" : "MATH101");
    CAF_CHECK_EQUAL(all[i].key.period, pair ? that_day : that_week);
    CAF_CHECK_EQUAL(all[i].amount, pair ? 1 : 60);
  }
  CAF_CHECK_EQUAL(all[0].cap.value_or(-1), 900);
  CAF_CHECK_EQUAL(all[1].cap.value_or(-1), 180);
  CAF_CHECK(!all[3].cap);
  CAF_CHECK_EQUAL(all[4].cap.value_or(-1), 1);
}

CAF_TEST(given 60 of 100 minutes used when 50 are logged then it is refused) {
  story st;
  st.r.limits.tutor_minutes_per_week = 100;
  st.ready();
  set_used(st, limit_kind::tutor_week, 60);
  const auto d = st.when(log_of(50), ann, start + 1h);
  CAF_CHECK_EQUAL(summary(d), "refused tutor-weekly-limit");
  const auto r = refusal_in(d, refusal_code::tutor_weekly_limit);
  CAF_REQUIRE(r.limit.has_value());
  const limit_detail expected{.limit = 100,
                              .used = 60,
                              .remaining = 40,
                              .period = "2026-W48",
                              .student = ""};
  CAF_CHECK(*r.limit == expected);
  CAF_CHECK_EQUAL(r.detail,
                  "Tutor ann has 60 of 100 minutes in 2026-W48; 50 more would "
                  "pass the limit, 40 remain.");
}

CAF_TEST(exactly what remains may be logged) {
  story st;
  st.r.limits.tutor_minutes_per_week = 100;
  st.ready();
  set_used(st, limit_kind::tutor_week, 60);
  CAF_CHECK_EQUAL(st.then(log_of(41), ann, start + 1h),
                  "refused tutor-weekly-limit");
  CAF_CHECK_EQUAL(st.then(log_of(40), ann, start + 1h), "time.logged");
  CAF_CHECK_EQUAL(st.used[tutor_week(that_week)], 100);
}

CAF_TEST(the rounded figure counts) {
  story st;
  st.r.limits.tutor_minutes_per_week = 64;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(61), ann, start + 1h),
                  "refused tutor-weekly-limit");
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h), "time.logged");
}

CAF_TEST(all limits that would be passed are named in order) {
  story st;
  st.r.limits.course_minutes_per_week = 1000;
  st.ready(plan({"bob", "cal"}));
  set_used(st, limit_kind::tutor_week, 900);
  set_used(st, limit_kind::student_course_week, 180, "bob");
  set_used(st, limit_kind::student_course_week, 150, "cal");
  set_used(st, limit_kind::course_week, 960);
  set_used(st, limit_kind::pair_day, 1, "cal");
  const auto d = st.when(log_of(60), ann, start + 1h);
  CAF_CHECK_EQUAL(summary(d),
                  "refused tutor-weekly-limit student-course-weekly-limit "
                  "student-course-weekly-limit course-weekly-limit "
                  "pair-daily-limit");
  const auto refused = d.error();
  CAF_CHECK_EQUAL(refused[1].limit->student, "bob");
  CAF_CHECK_EQUAL(refused[2].limit->student, "cal");
  CAF_CHECK_EQUAL(refused[2].limit->remaining, 30);
  CAF_CHECK_EQUAL(refused[3].limit->student, "");
  CAF_CHECK_EQUAL(refused[4].limit->student, "cal");
  CAF_CHECK_EQUAL(refused[4].limit->period, "2026-11-23");
  CAF_CHECK_EQUAL(refused[4].limit->limit, 1);
}

CAF_TEST(a student who is not going claims nothing) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  st.given(accept_invitation{.student = "bob"}, bob, start - 1h);
  st.given(decline_invitation{.student = "cal"}, cal, start - 1h);
  set_used(st, limit_kind::student_course_week, 180, "cal");
  st.logged();
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
  for (const auto &h : st.s.usage)
    CAF_CHECK_NOT_EQUAL(h.key.item, "cal");
}

CAF_TEST(a limit of nothing is counted and never refused) {
  story st;
  st.r.limits = {.tutor_minutes_per_week = std::nullopt,
                 .student_course_minutes_per_week = std::nullopt,
                 .course_minutes_per_week = std::nullopt,
                 .pair_sessions_per_day = std::nullopt};
  st.ready();
  for (auto kind : {limit_kind::tutor_week, limit_kind::student_course_week,
                    limit_kind::course_week, limit_kind::pair_day})
    set_used(st, kind, 1'000'000'000'000);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h), "time.logged");
  CAF_CHECK_EQUAL(st.used[tutor_week(that_week)], 1'000'000'000'060);
}

CAF_TEST(what is used already past the limit leaves nothing) {
  claim c{.key = tutor_week(that_week), .amount = 5, .cap = 100};
  const auto r = limit_refusal(c, 150);
  CAF_CHECK_EQUAL(r.limit->remaining, 0);
}

CAF_TEST(limits are not checked while the minutes are invalid) {
  story st;
  st.r.limits.tutor_minutes_per_week = 0;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(91), ann, start + 1h),
                  "refused invalid-minutes");
  CAF_CHECK_EQUAL(st.then(log_of(1), ann, start + 1h),
                  "refused tutor-weekly-limit");
}

CAF_TEST(nothing is asked of the limits for what the first six codes refuse) {
  story st;
  st.ready();
  auto asked = [&](const command &c, const person &by, instant t) {
    return claims(st.s, c, st.facts_of(c, by, t, t)).size();
  };
  CAF_CHECK_EQUAL(asked(log_of(60), ann, start), 4u);
  CAF_CHECK_EQUAL(asked(complete_of(60), ann, start), 4u);
  CAF_CHECK_EQUAL(asked(log_of(60), ann, just_late), 4u);
  // Where the minutes are out of range, only the pair's day is asked for.
  CAF_CHECK_EQUAL(asked(log_of(0), ann, start), 1u);
  CAF_CHECK_EQUAL(asked(log_of(60), bob, start), 0u);
  CAF_CHECK_EQUAL(asked(submit_recap{.written = good}, ann, start), 0u);
  st.logged();
  CAF_CHECK_EQUAL(asked(log_of(60), ann, start), 0u);
}

CAF_TEST(invalid minutes do not hide that the pair has met that day) {
  story st;
  st.ready(plan({"bob", "cal"}));
  const auto asked =
      claims(st.s, log_of(91), st.facts_of(log_of(91), ann, start, start));
  CAF_REQUIRE_EQUAL(asked.size(), 2u);
  st.used[asked[1].key] = 1;
  for (const auto minutes : {0, -5, 91, 1000}) {
    CAF_CHECK_EQUAL(st.then(log_of(minutes), ann, start + 1h),
                    "refused invalid-minutes pair-daily-limit");
    CAF_CHECK_EQUAL(st.then(complete_of(minutes, recap_of(3)), ann, start + 1h),
                    "refused invalid-minutes recap-too-short pair-daily-limit");
  }
  const auto d = st.when(log_of(0), ann, start + 1h);
  const auto pair = refusal_in(d, refusal_code::pair_daily_limit);
  CAF_CHECK_EQUAL(pair.limit.value().student, "cal");
}

CAF_TEST(pay rounds half a minor unit up) {
  CAF_CHECK_EQUAL(pay_amount(60, 1500), 1500);
  CAF_CHECK_EQUAL(pay_amount(90, 1500), 2250);
  CAF_CHECK_EQUAL(pay_amount(5, 1500), 125);
  CAF_CHECK_EQUAL(pay_amount(5, 1542), 129);  // 128.5
  CAF_CHECK_EQUAL(pay_amount(5, 1541), 128);  // 128.41…
  CAF_CHECK_EQUAL(pay_amount(5, 6), 1);       // 0.5
  CAF_CHECK_EQUAL(pay_amount(5, 5), 0);       // 0.41…
  CAF_CHECK_EQUAL(pay_amount(90, 0), 0);
  CAF_CHECK_EQUAL(pay_amount(1440, 10'000'000), 240'000'000);
}

CAF_TEST(pay goes to the tutor and what is taken back to the programme) {
  const pay_terms by{
      .program = "p", .tutor = "ann", .rate_per_hour = 1500, .currency = "USD"};
  transfer t{.kind = transfer_kind::settlement,
             .from = "program:p",
             .to = "tutor:ann",
             .amount = 1500,
             .currency = "USD"};
  CAF_CHECK(settlement(by, 60) == t);
  CAF_CHECK(!correction(by, 90, {}));
  CAF_CHECK(!reversal(by, {}));
  const boxed<payout> paid{
      payout{.amount = 1500, .settled_at = start, .corrections = 2}};
  CAF_CHECK(!correction(by, 60, paid));
  t.kind = transfer_kind::correction;
  t.amount = 750;
  t.n = 3;
  CAF_CHECK(correction(by, 90, paid) == t);
  std::swap(t.from, t.to);
  CAF_CHECK(correction(by, 30, paid) == t);
  t.kind = transfer_kind::reversal;
  t.n = 0;
  for (const auto all : {750, 0}) {
    t.amount = all;
    CAF_CHECK(reversal(by, payout{.amount = all, .settled_at = {}}) == t);
  }
}
