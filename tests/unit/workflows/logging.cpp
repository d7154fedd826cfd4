// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE logging
#include "caf/test/unit_test.hpp"

#include <limits>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

CAF_TEST(time is logged from the start on) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start - 1us), "refused too-early");
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start), "time.logged");
  CAF_CHECK(st.s.status == session_status::time_logged);
}

CAF_TEST(time is logged up to the deadline and not a microsecond later) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, just_late), "refused window-closed");
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, just_late),
                  "refused window-closed");
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, deadline), "time.logged");
}

CAF_TEST(minutes from 1 to 90 are rounded up to the next five) {
  for (int given = 1; given <= 90; ++given) {
    story st;
    st.ready().given(log_of(given), ann, start + 1h);
    const auto *e = std::get_if<time_logged>(&st.history.back().what);
    CAF_REQUIRE(e != nullptr);
    CAF_CHECK_EQUAL(e->given, given);
    CAF_CHECK_EQUAL(e->minutes, (given + 4) / 5 * 5);
    CAF_CHECK_EQUAL(st.s.minutes.value_or(0), e->minutes);
  }
}

CAF_TEST(minutes outside 1 to 90 are invalid) {
  using range = std::numeric_limits<std::int64_t>;
  story st;
  st.ready();
  for (std::int64_t given :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{91},
        std::int64_t{4294967297}, range::max(), range::min()})
    CAF_CHECK_EQUAL(st.then(log_of(given), ann, start + 1h),
                    "refused invalid-minutes");
}

CAF_TEST(the rounded figure may not pass the maximum either) {
  story st;
  st.r.max_minutes = 88;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(86), ann, start + 1h),
                  "refused invalid-minutes");
  CAF_CHECK_EQUAL(st.then(log_of(85), ann, start + 1h), "time.logged");
}

CAF_TEST(at least one student must be going) {
  story st;
  st.scheduled();
  st.given(decline_invitation{.student = "bob"}, bob, start);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h),
                  "refused student-not-going");
}

CAF_TEST(no invitation may be unanswered) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h),
                  "refused student-not-going unanswered-invitation");
  st.given(accept_invitation{.student = "bob"}, bob, start);
  const auto d = st.when(log_of(60), ann, start + 1h);
  CAF_CHECK_EQUAL(summary(d), "refused unanswered-invitation");
  const auto refused = d.error();
  CAF_CHECK_EQUAL(refused[0].detail,
                  "Still invited: cal; they accept or decline, or are "
                  "removed.");
  st.given(remove_participant{.student = "cal"}, ann, start + 1h);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h), "time.logged");
}

CAF_TEST(nobody else may be in the call unless the tutor leaves it) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(join_call{.participant = bob}, bob, start);
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, start + 1h),
                  "refused participants-in-call");
  CAF_CHECK_EQUAL(st.then(complete_of(60, good, true), ann, start + 1h),
                  "time.logged tutor_recap.submitted");
}

CAF_TEST(the tutor alone in the call may log) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h), "time.logged");
}

CAF_TEST(everything that applies is answered at once and in order) {
  story st;
  st.r.limits.tutor_minutes_per_week = 30;
  st.r.limits.pair_sessions_per_day = 0;
  st.scheduled(plan({"bob", "cal"}));
  st.given(accept_invitation{.student = "bob"}, bob, start - 3h);
  st.given(join_call{.participant = bob}, bob, start - 2h);
  CAF_CHECK_EQUAL(
      st.then(complete_of(60, recap_of(149)), ann, start - 1h),
      "refused too-early unanswered-invitation participants-in-call "
      "recap-too-short tutor-weekly-limit pair-daily-limit");
  CAF_CHECK_EQUAL(
      st.then(complete_of(0, recap_of(10'001)), ann, start - 1h),
      "refused too-early unanswered-invitation participants-in-call "
      "invalid-minutes recap-too-long pair-daily-limit");
  CAF_CHECK_EQUAL(
      st.then(complete_of(60, recap_of(149)), ann, just_late),
      "refused window-closed unanswered-invitation participants-in-call "
      "recap-too-short tutor-weekly-limit pair-daily-limit");
  CAF_CHECK_EQUAL(st.then(complete_of(0, recap_of(0)), bob, start - 1h),
                  "refused not-allowed");
}

CAF_TEST(completing logs time and hands the recap in at once) {
  story st;
  st.ready().given(complete_of(43), ann, start + 1h);
  CAF_CHECK(st.s.status == session_status::awaiting_student_recap);
  CAF_CHECK_EQUAL(st.s.minutes.value_or(0), 45);
  CAF_CHECK(st.s.tutor_recap == good);
  CAF_CHECK(st.s.requested_at == start + 1h);
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
}

CAF_TEST(events carry who and when and follow on the version) {
  story st;
  st.ready();
  const auto d = st.when(complete_of(60), ann, start + 1h, start + 5h);
  CAF_REQUIRE(d.has_value());
  CAF_REQUIRE_EQUAL((*d).size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const auto &e = (*d)[static_cast<std::size_t>(i)];
    CAF_CHECK_EQUAL(e.seq, 3 + i);
    CAF_CHECK(e.at == start + 1h);
    CAF_CHECK(e.by == ann);
  }
}
