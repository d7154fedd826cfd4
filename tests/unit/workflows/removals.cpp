// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE removals
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const remove_participant no_bob{.student = "bob"};
const remove_participant no_cal{.student = "cal"};

/// bob and cal go, an hour is logged.
story logged() {
  story st;
  st.ready(plan({"bob", "cal"})).logged();
  return st;
}

std::int64_t total_used(const story &st, std::string_view item) {
  std::int64_t total = 0;
  for (const auto &[key, used] : st.used)
    if (key.item == item) total += used;
  return total;
}

}  // namespace

CAF_TEST(support removes after logging and the hours of the student go back) {
  auto st = logged();
  CAF_CHECK_EQUAL(total_used(st, "cal"), 61);
  CAF_CHECK_EQUAL(st.then(no_cal, eve, start + 2h), "participant.removed");
  CAF_CHECK_EQUAL(total_used(st, "cal"), 0);
  CAF_CHECK_EQUAL(total_used(st, "bob"), 61);
  CAF_CHECK_EQUAL(total_used(st, ""), 120);
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
  CAF_CHECK(st.s.find("cal")->status == participation::removed);
  // Nobody waits for cal any more.
  st.submitted();
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 2h),
                  "student_recap.submitted session.completed");
  CAF_CHECK_EQUAL(st.then(hands_in, cal, start + 2h), "refused not-allowed");
}

CAF_TEST(after logging none but support removes) {
  auto st = logged();
  for (const auto &by : {ann, sis})
    CAF_CHECK_EQUAL(st.then(no_cal, by, start + 2h), "refused wrong-state");
  st.submitted();
  for (const auto &by : {ann, sis})
    CAF_CHECK_EQUAL(st.then(no_cal, by, start + 2h), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(no_cal, bob, start + 2h), "refused not-allowed");
}

CAF_TEST(who joined the call is removed after logging too) {
  story st;
  st.ready(plan({"bob", "cal"}));
  st.given(join_call{.participant = cal}, cal, start);
  st.given(log_of(60, true), ann, start + 1h);
  CAF_CHECK_EQUAL(st.then(no_cal, eve, start + 2h), "participant.removed");
}

CAF_TEST(one going student is left and no recap is removed) {
  auto st = logged();
  st.submitted();
  st.given(hands_in, bob, start + 2h);
  CAF_CHECK_EQUAL(st.then(no_bob, eve, start + 2h),
                  "refused recap-already-submitted");
  story alone;
  alone.ready().logged();
  CAF_CHECK_EQUAL(alone.then(no_bob, eve, start + 2h),
                  "refused student-not-going");
  alone.submitted();
  CAF_CHECK_EQUAL(alone.then(no_bob, eve, start + 2h),
                  "refused student-not-going");
}

CAF_TEST(a removal after which all recaps are in completes the session) {
  auto st = logged();
  st.submitted();
  st.given(hands_in, bob, start + 2h);
  CAF_CHECK_EQUAL(st.then(no_cal, eve, start + 3h),
                  "participant.removed session.completed");
  CAF_CHECK(st.s.completed_at == start + 3h);
  st.settled();
  CAF_CHECK_EQUAL(st.s.paid->amount, 1500);
}

CAF_TEST(a removal before any recap is in completes nothing) {
  auto st = logged();
  st.submitted();
  CAF_CHECK_EQUAL(st.then(no_cal, eve, start + 3h), "participant.removed");
  CAF_CHECK(st.s.status == session_status::awaiting_student_recap);
}

CAF_TEST(who is not going is not removed after logging) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  st.given(accept_invitation{.student = "bob"}, sis, start);
  st.given(decline_invitation{.student = "cal"}, sis, start);
  st.logged();
  for (const auto &gone : {no_cal, remove_participant{.student = "dan"}})
    CAF_CHECK_EQUAL(st.then(gone, eve, start + 2h), "refused wrong-state");
}

CAF_TEST(a removal received in time lifts without the hours of the student) {
  auto st = logged();
  st.fires(just_late);
  // cal's hours went to another session meanwhile.
  for (auto &[key, used] : st.used)
    if (key.item == "cal") used = key.kind == limit_kind::pair_day ? 1 : 180;
  CAF_CHECK_EQUAL(st.then(no_cal, eve, deadline, just_late),
                  "session.miss_lifted participant.removed");
  CAF_CHECK_EQUAL(total_used(st, "cal"), 181);
  CAF_CHECK_EQUAL(total_used(st, "bob"), 61);
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
}
