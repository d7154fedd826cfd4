// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE support
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const reopen_session for_a_day{.hours = 24, .note = "once"};

}  // namespace

CAF_TEST(reopening gives a new window and drops what was logged) {
  auto st = missed_after_logging();
  st.given(request_support{.message = "please"}, ann, deadline + 1h);
  CAF_CHECK(st.s.status == session_status::missed);
  st.given(for_a_day, eve, deadline + 2h);
  CAF_CHECK(st.s.status == session_status::scheduled);
  CAF_CHECK(st.s.deadline == deadline + 26h);
  CAF_CHECK(!st.s.minutes);
  CAF_CHECK(st.s.usage.empty());
  CAF_CHECK_EQUAL(st.then(log_of(30), ann, deadline + 26h + 1us),
                  "refused window-closed");
  CAF_CHECK_EQUAL(st.then(log_of(30), ann, deadline + 26h), "time.logged");
}

CAF_TEST(a reopened window closes in its turn) {
  auto st = missed_after_logging();
  st.given(for_a_day, eve, deadline + 2h);
  CAF_CHECK_EQUAL(st.fires(deadline + 26h), "reminder.sent");
  CAF_CHECK_EQUAL(st.fires(deadline + 26h + 1us), "session.missed");
  CAF_CHECK_EQUAL(st.then(log_of(30), ann, deadline + 26h, deadline + 30h),
                  "session.miss_lifted time.logged");
}

CAF_TEST(a denied update may be reopened and nothing else) {
  auto st = missed_after_logging();
  st.given(deny_update{.note = "no"}, eve, deadline + 1h);
  CAF_CHECK(st.s.status == session_status::update_denied);
  CAF_CHECK_EQUAL(st.then(deny_update{.note = "no"}, eve, deadline + 1h),
                  "refused wrong-state");
  CAF_CHECK_EQUAL(
      st.then(request_support{.message = "please"}, ann, deadline + 1h),
      "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(for_a_day, eve, deadline + 1h), "session.reopened");
}

CAF_TEST(a reopened window has its own reminders and not those of the first) {
  story st;
  st.r.reminders[reminder_kind::tutor_recap_reminder] = {24h, 48h, 80h, 90h,
                                                         200h};
  st.ready();
  st.fires(start + 25h);
  st.fires(just_late);
  st.given(for_a_day, eve, start + 80h);
  CAF_CHECK_EQUAL(st.s.reminders.over[reminder_kind::tutor_recap_due], 1);
  CAF_CHECK_EQUAL(st.s.reminders.over[reminder_kind::tutor_recap_reminder], 1);
  CAF_CHECK_EQUAL(st.fires(start + 102h), "nothing");
  CAF_CHECK_EQUAL(st.fires(start + 103h), "reminder.sent");
  const auto timer = next_timer(st.s, st.r);
  CAF_REQUIRE(timer.has_value());
  CAF_CHECK_EQUAL(timer->kind, "deadline");
}

CAF_TEST(voiding a session that is paid takes the money back) {
  story st;
  st.ready().logged(90).submitted().completed().settled();
  const auto d = st.when(void_session{.note = "no"}, eve, start + 9h);
  CAF_CHECK_EQUAL(summary(d), "session.voided");
  const transfer back{.kind = transfer_kind::reversal,
                      .from = "tutor:ann",
                      .to = "program:default",
                      .amount = 2250,
                      .currency = "USD"};
  CAF_CHECK(std::get<session_voided>((*d)[0].what).reversal == back);
  CAF_CHECK(st.s.usage.empty());
  CAF_REQUIRE(st.s.paid.has_value());
  CAF_CHECK_EQUAL(st.s.paid->amount, 0);
  CAF_CHECK_EQUAL(st.s.minutes.value_or(0), 90);
  for (const auto &[key, used] : st.used)
    CAF_CHECK_EQUAL(used, 0);
}

CAF_TEST(voiding a session that is not paid moves no money) {
  story st;
  st.ready().logged().submitted().completed();
  const auto d = st.when(void_session{.note = "no"}, eve, start + 9h);
  CAF_REQUIRE(d.has_value());
  CAF_CHECK(!std::get<session_voided>((*d)[0].what).reversal);
}

CAF_TEST(a deadline past the year 9999 stays within it) {
  auto what = plan();
  what.starts_at = at("9999-12-31T23:00:00Z");
  story st;
  st.scheduled(what);
  CAF_CHECK_EQUAL(format_rfc3339(st.s.deadline), "9999-12-31T23:59:59Z");
  CAF_CHECK(read_back(st) == st.s);
}
