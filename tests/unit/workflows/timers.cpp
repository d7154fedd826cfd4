// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE timers
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

/// The kind of the next timer and its time after the start, in hours or
/// minutes; `none`.
std::string next(const story &st) {
  const auto t = next_timer(st.s, st.r);
  if (!t) return "none";
  const auto after = std::chrono::floor<std::chrono::seconds>(t->at - start);
  return t->kind + " " + (after > 0s ? format_duration(after) : "0h");
}

/// What firing sends: `kind*count` of reminders, types of others.
std::string sent(story &st, instant now) {
  const auto known = st.history.size();
  st.fires(now);
  std::string line;
  for (auto i = known; i < st.history.size(); ++i) {
    const auto &what = st.history[i].what;
    if (!line.empty()) line += ' ';
    if (const auto *r = std::get_if<reminder_sent>(&what))
      line += std::string{reminder_of(r->kind).name} + "*"
              + std::to_string(r->count);
    else
      line += type_of(what);
  }
  return line;
}

}  // namespace

CAF_TEST(the tutor is reminded until the deadline) {
  story st;
  CAF_CHECK_EQUAL(next(st), "none");
  st.ready();
  CAF_CHECK_EQUAL(next(st), "tutor_recap_due 90m");
  CAF_CHECK_EQUAL(sent(st, start + 90min - 1us), "");
  CAF_CHECK_EQUAL(sent(st, start + 90min), "tutor_recap_due*1");
  CAF_CHECK_EQUAL(sent(st, start + 90min), "");
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 24h");
  CAF_CHECK_EQUAL(sent(st, start + 24h), "tutor_recap_reminder*1");
  st.logged();
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 48h");
  CAF_CHECK_EQUAL(sent(st, start + 48h), "tutor_recap_reminder*2");
  CAF_CHECK_EQUAL(sent(st, start + 71h), "tutor_recap_reminder*3");
  CAF_CHECK_EQUAL(next(st), "deadline 72h");
  CAF_CHECK(next_timer(st.s, st.r)->fires_at == just_late);
  CAF_CHECK_EQUAL(sent(st, deadline), "");
  CAF_CHECK_EQUAL(sent(st, just_late), "session.missed");
  CAF_CHECK_EQUAL(next(st), "none");
}

CAF_TEST(of the reminders missed meanwhile one of each kind goes out) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(sent(st, start + 50h),
                  "tutor_recap_due*1 tutor_recap_reminder*2");
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 71h");
}

CAF_TEST(what went overdue first goes out first) {
  story st;
  st.r.reminders[reminder_kind::tutor_recap_due] = {30h};
  st.ready();
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 24h");
  CAF_CHECK_EQUAL(sent(st, start + 50h),
                  "tutor_recap_reminder*2 tutor_recap_due*1");
}

CAF_TEST(a session that is missed meanwhile reminds nobody) {
  story st;
  st.ready();
  CAF_CHECK_EQUAL(sent(st, start + 100h), "session.missed");
}

CAF_TEST(a reminder at the deadline goes out and none after it) {
  story st;
  st.r.log_window = 1h;
  st.r.reminders[reminder_kind::tutor_recap_due] = {1h};
  st.r.reminders[reminder_kind::tutor_recap_reminder] = {30min, 1h, 2h};
  st.ready();
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 30m");
  CAF_CHECK_EQUAL(sent(st, start + 30min), "tutor_recap_reminder*1");
  CAF_CHECK_EQUAL(next(st), "tutor_recap_due 1h");
  CAF_CHECK_EQUAL(sent(st, start + 1h),
                  "tutor_recap_due*1 tutor_recap_reminder*2");
  CAF_CHECK_EQUAL(next(st), "deadline 1h");
  CAF_CHECK_EQUAL(st.fires(start + 1h + 1us), "session.missed");
}

CAF_TEST(a reminder at the deadline comes before the miss however late) {
  auto told = [](auto close) {
    story st;
    st.r.log_window = 48h;
    st.ready();
    return close(st);
  };
  CAF_CHECK_EQUAL(told([](story &st) { return st.fires(start + 90h); }),
                  "reminder.sent session.missed");
  CAF_CHECK_EQUAL(told([](story &st) {
                    return st.then(request_support{.message = "please"}, ann,
                                   start + 48h + 1us);
                  }),
                  "reminder.sent session.missed support.requested");
  // What was due before it has lost its reason.
  CAF_CHECK_EQUAL(told([](story &st) {
                    st.s.deadline += 1us;
                    return st.fires(start + 90h);
                  }),
                  "session.missed");
}

CAF_TEST(a reopened window has reminders a day and an hour before its end) {
  auto reopened = [](int hours) {
    story st;
    st.ready();
    st.fires(just_late);
    st.given(reopen_session{.hours = hours, .note = ""}, eve, start + 80h);
    return st;
  };
  auto st = reopened(48);
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 104h");
  CAF_CHECK_EQUAL(sent(st, start + 104h), "tutor_recap_reminder*1");
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 127h");
  CAF_CHECK_EQUAL(sent(st, start + 127h), "tutor_recap_reminder*2");
  CAF_CHECK_EQUAL(next(st), "deadline 128h");
  st = reopened(48);
  CAF_CHECK_EQUAL(sent(st, start + 128h), "tutor_recap_reminder*2");
  // Reminders that were past at the reopening do not come.
  st = reopened(24);
  CAF_CHECK_EQUAL(next(st), "tutor_recap_reminder 103h");
  CAF_CHECK_EQUAL(sent(st, start + 103h), "tutor_recap_reminder*2");
  CAF_CHECK_EQUAL(next(reopened(1)), "deadline 81h");
  // Once the recap is in there is nothing to remind of.
  st = reopened(48);
  st.given(complete_of(60), ann, start + 81h);
  CAF_CHECK_EQUAL(next(st), "student_recap_reminder 105h");
}

CAF_TEST(the students are reminded while their recaps are awaited) {
  story st;
  st.ready(plan({"bob", "cal"})).logged().submitted();
  // Asked an hour after the start.
  CAF_CHECK_EQUAL(next(st), "student_recap_reminder 25h");
  CAF_CHECK_EQUAL(sent(st, start + 25h),
                  "student_recap_reminder*1 tutor_remind_student*1");
  CAF_CHECK_EQUAL(next(st), "student_recap_reminder 49h");
  CAF_CHECK_EQUAL(sent(st, start + 169h),
                  "student_recap_reminder*3 student_recap_overdue*1");
  CAF_CHECK_EQUAL(next(st), "none");
  st.completed().settled();
  CAF_CHECK_EQUAL(next(st), "none");
  CAF_CHECK_EQUAL(sent(st, start + 1000h), "");
}

CAF_TEST(silence confirms where the policy says so) {
  story st;
  st.r.auto_confirm_after = 30h;
  st.ready().logged().submitted();
  CAF_CHECK_EQUAL(sent(st, start + 25h),
                  "student_recap_reminder*1 tutor_remind_student*1");
  CAF_CHECK_EQUAL(next(st), "auto_confirm 31h");
  CAF_CHECK_EQUAL(sent(st, start + 31h - 1us), "");
  CAF_CHECK_EQUAL(sent(st, start + 31h), "session.completed");
  CAF_CHECK(std::get<session_completed>(st.history.back().what).automatic);
  CAF_CHECK(st.s.completed_at == start + 31h);
}

CAF_TEST(reminders later than the confirmation never go out) {
  story st;
  st.r.auto_confirm_after = 48h;
  st.ready().logged().submitted();
  CAF_CHECK_EQUAL(sent(st, start + 500h),
                  "student_recap_reminder*1 tutor_remind_student*1 "
                  "session.completed");
}

CAF_TEST(a reminder that is due with the confirmation never goes out) {
  story st;
  st.r.auto_confirm_after = 72h;
  st.ready().logged().submitted();
  CAF_CHECK_EQUAL(sent(st, start + 49h),
                  "student_recap_reminder*2 tutor_remind_student*1");
  CAF_CHECK_EQUAL(next(st), "auto_confirm 73h");
  CAF_CHECK_EQUAL(sent(st, start + 73h), "session.completed");
}

CAF_TEST(policies without reminders leave the deadline) {
  story st;
  st.r.reminders = {};
  st.ready();
  CAF_CHECK_EQUAL(next(st), "deadline 72h");
  st.logged().submitted();
  CAF_CHECK_EQUAL(next(st), "none");
}

CAF_TEST(what fires carries the moment it fired) {
  story st;
  st.ready();
  st.fires(start + 2h);
  CAF_CHECK(st.history.back().at == start + 2h);
  CAF_CHECK_EQUAL(to_string(st.history.back().by), "system:recapd");
}

CAF_TEST(firing when the next timer says so always gets on) {
  for (bool confirms : {false, true}) {
    story st;
    if (confirms) st.r.auto_confirm_after = 72h;
    st.ready().logged();
    for (int i = 0; i < 20; ++i) {
      const auto t = next_timer(st.s, st.r);
      if (!t) break;
      if (t->kind == "deadline")
        st.submitted();
      else
        CAF_CHECK_NOT_EQUAL(st.fires(t->fires_at), "nothing");
    }
    CAF_CHECK_EQUAL(next(st), "none");
    CAF_CHECK_EQUAL(st.s.completed_at.has_value(), confirms);
  }
}
