// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE confirming
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const submit_recap hands_in_too_little{.written = recap_of(149)};

}  // namespace

CAF_TEST(the session is completed when every going student has confirmed) {
  story st;
  st.scheduled(plan({"bob", "cal", "dan"}));
  st.given(accept_invitation{.student = "bob"}, sis, start);
  st.given(accept_invitation{.student = "cal"}, sis, start);
  st.given(decline_invitation{.student = "dan"}, sis, start);
  st.logged().submitted();
  CAF_CHECK_EQUAL(st.then(hands_in, cal, start + 2h),
                  "student_recap.submitted");
  CAF_CHECK_EQUAL(st.then(hands_in, who("student:dan"), start + 2h),
                  "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 300h),
                  "student_recap.submitted session.completed");
  CAF_CHECK(st.s.completed_at == start + 300h);
  CAF_CHECK(!std::get<session_completed>(st.history.back().what).automatic);
}

CAF_TEST(one student is enough where the policy says so) {
  story st;
  st.r.confirmation = confirmation_rule::any_student;
  st.ready(plan({"bob", "cal"})).logged().submitted();
  CAF_CHECK_EQUAL(st.then(hands_in, cal, start + 2h),
                  "student_recap.submitted session.completed");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 2h), "refused wrong-state");
}

CAF_TEST(a second recap is refused and its length told as well) {
  story st;
  st.ready(plan({"bob", "cal"})).logged().submitted();
  CAF_CHECK_EQUAL(st.then(hands_in, ann, start + 2h),
                  "refused recap-already-submitted");
  CAF_CHECK_EQUAL(st.then(hands_in_too_little, ann, start + 2h),
                  "refused recap-too-short recap-already-submitted");
  st.given(hands_in, bob, start + 2h);
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 2h),
                  "refused recap-already-submitted");
  CAF_CHECK_EQUAL(st.then(hands_in_too_little, bob, start + 2h),
                  "refused recap-too-short recap-already-submitted");
}

CAF_TEST(a recap of a student waits for that of the tutor) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 1h), "refused wrong-state");
  st.logged();
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 1h), "refused wrong-state");
}

CAF_TEST(a recap of a student is measured like that of the tutor) {
  story st;
  st.ready().logged().submitted();
  CAF_CHECK_EQUAL(st.then(hands_in_too_little, bob, start + 2h),
                  "refused recap-too-short");
  CAF_CHECK_EQUAL(
      st.then(submit_recap{.written = recap_of(10'001)}, bob, start + 2h),
      "refused recap-too-long");
  CAF_CHECK_EQUAL(
      st.then(submit_recap{.written = recap_of(10'000)}, bob, start + 2h),
      "student_recap.submitted session.completed");
}

CAF_TEST(a decision that completes the session is settled with it) {
  story st;
  st.ready(plan({"bob", "cal"})).logged(90).submitted();
  auto before = st.s;
  CAF_CHECK(!to_settle(before, *st.when(hands_in, bob, start + 2h), st.r));
  before = st.s;
  const auto last = *st.when(hands_in, cal, start + 3h, start + 4h);
  const auto completed = to_settle(before, last, st.r);
  CAF_REQUIRE(completed.has_value());
  CAF_CHECK(*completed == st.s);
  const auto paid = settled(last.back(), settlement(*completed));
  CAF_CHECK(paid.by == engine_itself);
  st.s = evolve(st.s, paid);
  CAF_CHECK_EQUAL(st.s.version, before.version + 3);
  CAF_REQUIRE(st.s.paid.has_value());
  CAF_CHECK_EQUAL(st.s.paid->amount, 2250);
  CAF_CHECK(st.s.paid->settled_at == start + 3h);
}

CAF_TEST(what completes nothing is not settled) {
  story st;
  st.ready().logged().submitted().completed();
  const correct_minutes less{.minutes = 30, .note = "seen"};
  CAF_CHECK(!to_settle(st.s, *st.when(less, eve, start + 3h), st.r));
  CAF_CHECK(!to_settle(st.s, {}, st.r));
}
