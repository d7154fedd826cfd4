// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE windows
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const instant later_on = deadline + 5h;

story missed() {
  story st;
  st.ready();
  st.fires(just_late);
  return st;
}

std::int64_t total_used(const story &st) {
  std::int64_t total = 0;
  for (const auto &[key, used] : st.used)
    total += used;
  return total;
}

}  // namespace

CAF_TEST(a session is missed just after its deadline) {
  story st;
  st.ready();
  st.fires(deadline);
  CAF_CHECK(st.s.status == session_status::scheduled);
  CAF_CHECK_EQUAL(st.fires(just_late), "session.missed");
  CAF_CHECK(st.s.status == session_status::missed);
}

CAF_TEST(a missed session gives its minutes back and still shows them) {
  auto st = missed_after_logging();
  CAF_CHECK(st.s.usage.empty());
  CAF_CHECK_EQUAL(st.s.minutes.value_or(0), 60);
  CAF_CHECK_EQUAL(total_used(st), 0);
}

CAF_TEST(a command received in time and processed late lifts missed) {
  auto st = missed();
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, deadline, later_on),
                  "session.miss_lifted time.logged tutor_recap.submitted");
  CAF_CHECK(st.s.status == session_status::awaiting_student_recap);
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
}

CAF_TEST(lifting a session with minutes holds them again) {
  auto st = missed_after_logging();
  CAF_CHECK_EQUAL(st.then(hands_in, ann, deadline, later_on),
                  "session.miss_lifted tutor_recap.submitted");
  CAF_CHECK_EQUAL(st.s.usage.size(), 4u);
  CAF_CHECK_EQUAL(total_used(st), 3 * 60 + 1);
  CAF_CHECK(st.s.requested_at == deadline);
}

CAF_TEST(lifting is refused where others have used the minutes meanwhile) {
  auto st = missed_after_logging();
  for (auto &[key, used] : st.used)
    used = key.kind == limit_kind::pair_day     ? 1
           : key.kind == limit_kind::tutor_week ? 870
                                                : 0;
  CAF_CHECK_EQUAL(st.then(hands_in, ann, deadline, later_on),
                  "refused tutor-weekly-limit pair-daily-limit");
  CAF_CHECK_EQUAL(
      st.then(submit_recap{.written = recap_of(1)}, ann, deadline, later_on),
      "refused recap-too-short tutor-weekly-limit pair-daily-limit");
  // What the first six codes refuse is not asked of the limits.
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, deadline, later_on),
                  "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, deadline, later_on),
                  "refused wrong-state");
}

CAF_TEST(any command received in time finds the session as it was) {
  auto st = missed();
  CAF_CHECK_EQUAL(
      st.then(cancel_session{.reason = "ill"}, ann, deadline, later_on),
      "session.miss_lifted session.cancelled");
  st = missed();
  CAF_CHECK_EQUAL(
      st.then(request_support{.message = "please"}, ann, deadline, later_on),
      "refused wrong-state");
  st = missed_after_logging();
  CAF_CHECK_EQUAL(st.then(void_session{.note = "no"}, eve, deadline, later_on),
                  "session.miss_lifted session.voided");
  CAF_CHECK_EQUAL(total_used(st), 0);
}

CAF_TEST(what was denied is lifted by what came in time) {
  auto st = missed();
  st.given(deny_update{.note = "no"}, eve, later_on);
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, just_late, later_on),
                  "refused wrong-state");
  CAF_CHECK_EQUAL(
      st.then(request_support{.message = "please"}, ann, deadline, later_on),
      "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, deadline, later_on),
                  "session.miss_lifted time.logged tutor_recap.submitted");

  st = missed_after_logging();
  st.given(deny_update{.note = "no"}, eve, later_on);
  CAF_CHECK_EQUAL(total_used(st), 0);
  CAF_CHECK_EQUAL(st.then(hands_in, ann, deadline, later_on),
                  "session.miss_lifted tutor_recap.submitted");
  CAF_CHECK(total_used(st) > 0);
}

CAF_TEST(what was cancelled is not lifted) {
  story st;
  st.ready().given(cancel_session{.reason = "ill"}, ann, start);
  CAF_CHECK_EQUAL(st.then(complete_of(60), ann, deadline, later_on),
                  "refused wrong-state");
}

CAF_TEST(a miss is told once however often it is lifted) {
  auto told = [](const story &st) {
    std::size_t notices = 0;
    session s = unborn();
    for (const auto &e : st.history)
      for (const auto &n : happen(s, e).notifications)
        notices += n.kind == "session_missed" ? 1 : 0;
    return notices;
  };
  story st;
  st.scheduled(plan({"bob", "cal"}));
  st.fires(just_late);
  for (const auto &student : {bob, cal}) {
    CAF_CHECK_EQUAL(st.then(accept_invitation{.student = student.id}, student,
                            deadline, later_on),
                    "session.miss_lifted participant.accepted");
    CAF_CHECK_EQUAL(st.fires(later_on), "session.missed");
  }
  CAF_CHECK_EQUAL(told(st), 1u);
  // A window of its own is missed on its own.
  st.given(reopen_session{.hours = 1, .note = ""}, eve, later_on);
  st.fires(later_on + 2h);
  CAF_CHECK_EQUAL(told(st), 2u);
}

CAF_TEST(past the deadline the session counts as missed before its timer) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(st.then(request_support{.message = "please"}, ann, just_late),
                  "session.missed support.requested");
  st = {};
  st.ready();
  const reopen_session reopen{.hours = 24, .note = "once"};
  CAF_CHECK_EQUAL(st.then(reopen, eve, just_late),
                  "session.missed session.reopened");
  st = {};
  st.ready();
  CAF_CHECK_EQUAL(st.then(cancel_session{.reason = "ill"}, ann, just_late),
                  "refused wrong-state");
}

CAF_TEST(after the deadline the part of the tutor answers window - closed) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, just_late), "refused window-closed");
  CAF_CHECK_EQUAL(st.then(hands_in, ann, just_late), "refused wrong-state");
  st.logged();
  CAF_CHECK_EQUAL(st.then(hands_in, ann, just_late), "refused window-closed");
  st.fires(just_late);
  CAF_CHECK_EQUAL(st.then(log_of(60), ann, just_late), "refused window-closed");
  CAF_CHECK_EQUAL(st.then(complete_of(0, recap_of(1)), ann, just_late),
                  "refused window-closed invalid-minutes recap-too-short");
  CAF_CHECK_EQUAL(st.then(hands_in, ann, just_late), "refused window-closed");
  CAF_CHECK_EQUAL(st.then(submit_recap{.written = recap_of(1)}, ann, just_late),
                  "refused window-closed recap-too-short");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, just_late), "refused wrong-state");
}

CAF_TEST(a recap of a student has no deadline) {
  story st;
  st.ready().logged().submitted();
  CAF_CHECK_EQUAL(st.then(hands_in, bob, deadline + 1000h),
                  "student_recap.submitted session.completed");
}
