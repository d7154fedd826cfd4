// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE calls
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const join_call ann_joins{.participant = ann};
const join_call bob_joins{.participant = bob};
const join_call cal_joins{.participant = cal};
const leave_call ann_leaves{.participant = ann};
const leave_call bob_leaves{.participant = bob};
const leave_call cal_leaves{.participant = cal};

/// -1 for none.
int suggested(const story &st, instant now) {
  return suggested_minutes(st.s, st.r, now).value_or(-1);
}

}  // namespace

CAF_TEST(only those who go are in the call and once) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  st.given(accept_invitation{.student = "bob"}, bob, start);
  CAF_CHECK_EQUAL(st.then(cal_joins, cal, start), "refused student-not-going");
  CAF_CHECK_EQUAL(st.then(cal_joins, sis, start), "refused student-not-going");
  CAF_CHECK_EQUAL(st.then(bob_joins, bob, start), "call.joined");
  CAF_CHECK_EQUAL(st.then(bob_joins, bob, start), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(ann_leaves, ann, start), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(ann_joins, sis, start), "call.joined");
  CAF_CHECK_EQUAL(st.then(ann_joins, ann, start), "refused wrong-state");
}

CAF_TEST(a session has so many joins and leaves and whoever is in leaves) {
  story st;
  st.r.max_call_changes = 4;
  st.ready(plan({"bob", "cal"}));
  st.given(ann_joins, ann, start);
  st.given(bob_joins, bob, start);
  st.given(bob_leaves, bob, start);
  st.given(cal_joins, cal, start);
  const auto d = st.when(bob_joins, bob, start);
  CAF_CHECK_EQUAL(summary(d), "refused wrong-state");
  const auto refused = d.error();
  CAF_CHECK_EQUAL(refused[0].detail,
                  "The call was joined and left 4 times, the most that a "
                  "session may have.");
  CAF_CHECK_EQUAL(st.then(ann_leaves, ann, start), "call.left");
  CAF_CHECK_EQUAL(st.then(cal_leaves, sis, start), "call.left");
  CAF_CHECK_EQUAL(st.then(cal_leaves, sis, start), "refused wrong-state");
  CAF_CHECK_EQUAL(st.s.call_changes, 6);
  CAF_CHECK_EQUAL(st.then(cal_joins, sis, start), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h), "time.logged");
}

CAF_TEST(strangers to the session have no part in its call) {
  story st;
  st.ready();
  const auto tom = who("tutor:tom");
  CAF_CHECK_EQUAL(st.then(join_call{.participant = tom}, tom, start),
                  "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(join_call{.participant = tom}, sis, start),
                  "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(cal_joins, cal, start), "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(cal_leaves, cal, start), "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(cal_joins, sis, start), "refused student-not-going");
  CAF_CHECK_EQUAL(st.then(cal_leaves, sis, start), "refused student-not-going");
  CAF_CHECK_EQUAL(st.then(bob_joins, ann, start), "refused not-allowed");
}

CAF_TEST(a session in person has no calls) {
  story st;
  st.ready(plan({"bob"}, modality::in_person));
  CAF_CHECK_EQUAL(st.then(bob_joins, bob, start), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(bob_leaves, bob, start), "refused wrong-state");
  CAF_CHECK_EQUAL(suggested(st, start + 1h), -1);
}

CAF_TEST(the time that tutor and student share is suggested rounded up) {
  story st;
  st.ready(plan({"bob", "cal"}));
  CAF_CHECK_EQUAL(suggested(st, start), -1);
  st.given(ann_joins, ann, start);
  CAF_CHECK_EQUAL(suggested(st, start + 30min), 0);
  st.given(bob_joins, bob, start + 10min);
  CAF_CHECK_EQUAL(suggested(st, start + 10min), 0);
  CAF_CHECK_EQUAL(suggested(st, start + 10min + 1us), 5);
  CAF_CHECK_EQUAL(suggested(st, start + 15min), 5);
  CAF_CHECK_EQUAL(suggested(st, start + 15min + 1us), 10);
  st.given(cal_joins, cal, start + 20min);
  st.given(bob_leaves, bob, start + 30min);
  st.given(ann_leaves, ann, start + 33min);
  CAF_CHECK_EQUAL(suggested(st, start + 5h), 25);
  st.given(ann_joins, ann, start + 40min);
  st.given(cal_leaves, cal, start + 43min);
  CAF_CHECK_EQUAL(suggested(st, start + 5h), 30);
}

CAF_TEST(no more than the maximum is suggested) {
  story st;
  st.r.step_minutes = 7;
  st.ready();
  st.given(ann_joins, ann, start);
  st.given(bob_joins, bob, start);
  CAF_CHECK_EQUAL(suggested(st, start + 84min), 84);
  // A policy that was taken once may have a maximum between two steps.
  CAF_CHECK_EQUAL(suggested(st, start + 85min), 84);
  CAF_CHECK_EQUAL(suggested(st, start + 100h), 84);
  st.r.max_minutes = 91;
  CAF_CHECK_EQUAL(suggested(st, start + 85min), 91);
}

CAF_TEST(shared time never runs backwards) {
  story st;
  st.ready();
  st.given(ann_joins, ann, start);
  st.given(bob_joins, bob, start + 10min);
  CAF_CHECK_EQUAL(suggested(st, start), 0);
  st.given(bob_leaves, bob, start + 5min);
  CAF_CHECK(st.s.shared_call == 0us);
  CAF_CHECK(!st.s.shared_call_since);
}

CAF_TEST(logging with leave_call takes the tutor out of the call) {
  story st;
  st.ready();
  st.given(ann_joins, ann, start);
  st.given(bob_joins, bob, start);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, start + 1h),
                  "refused participants-in-call");
  st.given(log_of(60, true), ann, start + 1h);
  CAF_CHECK(!st.s.tutor_in_call);
  CAF_CHECK(st.s.shared_call == 1h);
  CAF_CHECK_EQUAL(st.then(bob_leaves, bob, start + 2h), "call.left");
  CAF_CHECK(st.s.shared_call == 1h);
}
