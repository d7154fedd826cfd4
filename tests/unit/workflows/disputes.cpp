// Disputes and the delay of the settlement, which they hold up.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE disputes
#include "caf/test/unit_test.hpp"

#include <algorithm>

#include "story.hpp"
#include "workflows/session/marks.hpp"
#include "workflows/session/reminders.hpp"
#include "workflows/session/totals.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const dispute_session disputes{.reason = "it was less"};
const uphold_session upholds{.note = "it was right"};

/// Of bob and cal, settled a day after its completion.
story delayed() {
  story st;
  st.r.settle_after = 24h;
  st.r.auto_confirm_after = 100h;
  st.ready(plan({"bob", "cal"}));
  return st;
}

/// Asked of its students an hour after the start.
story waiting() {
  auto st = delayed();
  st.logged().submitted();
  return st;
}

/// Completed two hours after the start.
story completed() {
  auto st = waiting();
  st.completed();
  return st;
}

std::string timer_of(const story &st) {
  const auto next = next_timer(st.s, st.r);
  if (!next) return "none";
  const auto after =
      std::chrono::duration_cast<std::chrono::minutes>(next->at - start);
  return next->kind + " " + std::to_string(after.count() / 60) + "h"
         + (after.count() % 60 == 0 ? "" : " and more");
}

std::vector<std::string> told(session before, const event &e) {
  std::vector<std::string> all;
  for (const auto &n : happen(before, e).notifications)
    all.push_back(n.kind + " > " + n.to);
  std::ranges::sort(all);
  return all;
}

}  // namespace

CAF_TEST(given a delay when all recaps are in then it is settled after it) {
  auto st = completed();
  CAF_CHECK(st.s.status == session_status::completed);
  CAF_CHECK(!st.s.paid);
  CAF_CHECK(!is_over(st.s.status));
  CAF_CHECK_EQUAL(timer_of(st), "settlement 26h");
  CAF_CHECK_EQUAL(st.fires(start + 26h - 1us), "nothing");
  CAF_CHECK_EQUAL(st.fires(start + 26h), "session.paid");
  CAF_CHECK(st.history.back().by == engine_itself);
  CAF_CHECK_EQUAL(st.s.paid->amount, 1500);
  CAF_CHECK(st.s.paid->settled_at == start + 26h);
  CAF_CHECK_EQUAL(timer_of(st), "none");
  CAF_CHECK_EQUAL(totals_of(st.s).confirm_seconds.value_or(0), 3600);
  CAF_CHECK_EQUAL(st.fires(start + 99h), "nothing");
}

CAF_TEST(given a delay then what completes a session does not settle it) {
  auto st = waiting();
  st.given(hands_in, cal, start + 2h);
  const auto before = st.s;
  const auto last = *st.when(hands_in, bob, start + 2h);
  CAF_CHECK(!to_settle(before, last, st.r));
  st.r.settle_after.reset();
  CAF_CHECK(to_settle(before, last, st.r).has_value());
}

CAF_TEST(given a delay when silence confirms it then the delay begins) {
  auto st = waiting();
  CAF_CHECK_EQUAL(st.fires(start + 130h),
                  "reminder.sent reminder.sent session.completed");
  CAF_CHECK_EQUAL(timer_of(st), "settlement 154h");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 131h), "refused wrong-state");
}

CAF_TEST(a correction before the settlement changes what is settled) {
  auto st = completed();
  CAF_CHECK_EQUAL(st.then(to(90), eve, start + 3h), "time.corrected");
  CAF_CHECK(!std::get<time_corrected>(st.history.back().what).payment);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 26h");
  st.fires(start + 26h);
  CAF_CHECK_EQUAL(st.s.paid->amount, 2250);
  CAF_CHECK_EQUAL(st.s.paid->corrections, 0);
  st.given(to(60), eve, start + 27h);
  CAF_CHECK_EQUAL(st.s.paid->amount, 1500);
  CAF_CHECK_EQUAL(st.s.paid->corrections, 1);
}

CAF_TEST(a dispute makes every clock stand) {
  for (auto st : {waiting(), completed()}) {
    CAF_CHECK_EQUAL(st.then(disputes, bob, start + 3h), "session.disputed");
    CAF_CHECK(st.s.status == session_status::disputed);
    CAF_CHECK_EQUAL(timer_of(st), "none");
    CAF_CHECK_EQUAL(st.fires(start + 2000h), "nothing");
    CAF_CHECK(counts_minutes(st.s.status));
    CAF_CHECK(!is_over(st.s.status));
    CAF_CHECK_EQUAL(totals_of(st.s).minutes.value_or(0), 60);
    CAF_CHECK_EQUAL(st.s.usage.size(), 6u);
  }
}

CAF_TEST(a person disputes a session once) {
  auto st = completed();
  st.given(disputes, bob, start + 3h);
  CAF_CHECK_EQUAL(st.then(disputes, cal, start + 3h), "refused wrong-state");
  st.given(upholds, eve, start + 4h);
  const auto again = st.when(disputes, bob, start + 5h);
  CAF_CHECK_EQUAL(summary(again), "refused wrong-state");
  const auto why = again.error();
  CAF_CHECK_EQUAL(
      why[0].detail,
      "student:bob disputed the session before; a person may once.");
  CAF_CHECK_EQUAL(st.then(disputes, cal, start + 5h), "session.disputed");
  st.given(to(30), eve, start + 6h);
  CAF_CHECK_EQUAL(st.then(disputes, ann, start + 7h), "session.disputed");
  st.given(to(60), eve, start + 8h);
  for (const auto &by : {ann, bob, cal})
    CAF_CHECK_EQUAL(st.then(disputes, by, start + 9h), "refused wrong-state");
}

CAF_TEST(nobody disputes a session whose settlement was due) {
  auto st = completed();
  CAF_CHECK_EQUAL(st.then(disputes, bob, start + 26h), "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(disputes, bob, start + 26h - 1us, start + 30h),
                  "session.disputed");
  st.given(upholds, eve, start + 30h);
  CAF_CHECK_EQUAL(st.fires(start + 30h + 1us), "session.paid");
}

CAF_TEST(given a dispute in time when it comes after the settlement it counts) {
  auto st = completed();
  st.fires(start + 30h);
  CAF_CHECK_EQUAL(st.then(disputes, cal, start + 26h, start + 31h),
                  "refused wrong-state");
  CAF_CHECK_EQUAL(st.then(disputes, bob, start + 26h - 1us, start + 31h),
                  "session.disputed");
  auto corrected = st;
  CAF_CHECK_EQUAL(st.then(upholds, eve, start + 90h), "session.upheld");
  CAF_CHECK(st.s.status == session_status::paid);
  CAF_CHECK_EQUAL(timer_of(st), "none");
  CAF_CHECK_EQUAL(st.then(disputes, cal, start + 27h), "refused wrong-state");
  CAF_CHECK_EQUAL(corrected.then(to(30), eve, start + 90h), "time.corrected");
  CAF_CHECK(corrected.s.status == session_status::paid);
  CAF_CHECK_EQUAL(corrected.s.paid->amount, 750);
  CAF_CHECK_EQUAL(corrected.s.paid->corrections, 1);
}

CAF_TEST(given a completed session when it is upheld then the rest runs) {
  auto st = completed();
  st.given(disputes, bob, start + 12h);  // ten hours of the day are over
  st.given(upholds, eve, start + 100h);
  CAF_CHECK(st.s.status == session_status::completed);
  CAF_CHECK(st.s.completed_at == start + 2h);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 114h");
  st.given(disputes, ann, start + 113h);
  st.given(to(30), eve, start + 213h);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 214h");
  CAF_CHECK_EQUAL(st.fires(start + 214h - 1us), "nothing");
  CAF_CHECK_EQUAL(st.fires(start + 214h), "session.paid");
  CAF_CHECK_EQUAL(st.s.paid->amount, 750);
  CAF_CHECK_EQUAL(totals_of(st.s).confirm_seconds.value_or(0), 3600);
}

CAF_TEST(given a waiting session when it is upheld then its clocks go on) {
  auto st = waiting();
  CAF_CHECK_EQUAL(timer_of(st), "student_recap_reminder 25h");
  st.given(disputes, ann, start + 5h);
  st.given(upholds, eve, start + 55h);
  CAF_CHECK(st.s.status == session_status::awaiting_student_recap);
  CAF_CHECK_EQUAL(timer_of(st), "student_recap_reminder 75h");
  CAF_CHECK_EQUAL(st.fires(start + 75h), "reminder.sent reminder.sent");
  CAF_CHECK_EQUAL(timer_of(st), "student_recap_reminder 99h");
  CAF_CHECK_EQUAL(st.fires(start + 151h - 1us), "reminder.sent");
  CAF_CHECK_EQUAL(st.fires(start + 151h), "session.completed");
  CAF_CHECK_EQUAL(timer_of(st), "settlement 175h");
}

CAF_TEST(a recap in a dispute is taken and completes nothing) {
  auto st = waiting();
  st.given(hands_in, cal, start + 2h);
  st.given(disputes, bob, start + 3h);
  CAF_CHECK_EQUAL(st.then(hands_in, cal, start + 4h),
                  "refused recap-already-submitted");
  CAF_CHECK_EQUAL(st.then(hands_in, ann, start + 4h), "refused wrong-state");
  CAF_CHECK_EQUAL(
      st.then(submit_recap{.written = recap_of(9)}, bob, start + 4h),
      "refused recap-too-short");
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 4h),
                  "student_recap.submitted");
  CAF_CHECK(st.s.status == session_status::disputed);
  auto corrected = st;
  CAF_CHECK_EQUAL(st.then(upholds, eve, start + 50h),
                  "session.upheld session.completed");
  CAF_CHECK_EQUAL(timer_of(st), "settlement 74h");
  CAF_CHECK_EQUAL(corrected.then(to(45), eve, start + 50h),
                  "time.corrected session.completed");
  CAF_CHECK_EQUAL(timer_of(corrected), "settlement 74h");
}

CAF_TEST(what is upheld without a delay is settled with its completion) {
  auto st = waiting();
  st.r.settle_after.reset();
  st.given(hands_in, cal, start + 2h);
  st.given(disputes, bob, start + 3h);
  st.given(hands_in, bob, start + 4h);
  const auto before = st.s;
  const auto d = *st.when(upholds, eve, start + 5h);
  CAF_CHECK_EQUAL(d.size(), 2u);
  CAF_CHECK(to_settle(before, d, st.r).has_value());
}

CAF_TEST(one recap in a dispute is enough where the policy says so) {
  auto st = waiting();
  st.r.confirmation = confirmation_rule::any_student;
  st.given(disputes, ann, start + 3h);
  auto nobody = st;
  CAF_CHECK_EQUAL(nobody.then(upholds, eve, start + 5h), "session.upheld");
  st.given(hands_in, bob, start + 4h);
  CAF_CHECK_EQUAL(st.then(upholds, eve, start + 5h),
                  "session.upheld session.completed");
}

CAF_TEST(a recap that is owed to a confirmed session comes by a dispute) {
  auto st = waiting();
  st.fires(start + 101h);
  st.given(disputes, bob, start + 110h);
  CAF_CHECK_EQUAL(st.then(hands_in, bob, start + 111h),
                  "student_recap.submitted");
  CAF_CHECK_EQUAL(st.then(upholds, eve, start + 210h), "session.upheld");
  CAF_CHECK_EQUAL(timer_of(st), "settlement 225h");
}

CAF_TEST(a disputed session is voided and never paid) {
  auto st = completed();
  st.given(disputes, bob, start + 3h);
  const auto before = st.s;
  CAF_CHECK_EQUAL(st.then(void_session{.note = "no"}, eve, start + 4h),
                  "session.voided");
  CAF_CHECK_EQUAL(timer_of(st), "none");
  CAF_CHECK_EQUAL(st.fires(start + 500h), "nothing");
  CAF_CHECK(st.s.usage.empty());
  const std::vector<std::string> wanted{
      "dispute_decided > student:bob", "dispute_decided > student:cal",
      "dispute_decided > tutor:ann",   "session_voided > student:bob",
      "session_voided > student:cal",  "session_voided > tutor:ann"};
  CAF_CHECK(told(before, st.history.back()) == wanted);
}

CAF_TEST(both sides and support are told of a dispute) {
  auto st = completed();
  auto before = st.s;
  st.given(disputes, bob, start + 3h);
  const std::vector<std::string> disputed{
      "session_disputed > student:bob", "session_disputed > student:cal",
      "session_disputed > support", "session_disputed > tutor:ann"};
  CAF_CHECK(told(before, st.history.back()) == disputed);
  const std::vector<std::string> decided{"dispute_decided > student:bob",
                                         "dispute_decided > student:cal",
                                         "dispute_decided > tutor:ann"};
  for (const command &by_support : {command{upholds}, command{to(30)}}) {
    auto one = st;
    before = one.s;
    one.given(by_support, eve, start + 4h);
    CAF_CHECK(told(before, one.history.back()) == decided);
  }
  // A correction outside a dispute decides none.
  st = completed();
  before = st.s;
  st.given(to(30), eve, start + 4h);
  CAF_CHECK(told(before, st.history.back()).empty());
}

CAF_TEST(time does not count backwards in a dispute) {
  auto st = completed();
  st.given(disputes, bob, start + 5h);
  st.given(upholds, eve, start + 4h);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 26h");
}

CAF_TEST(a clock that began after a dispute was received has not stood before) {
  auto st = completed();
  st.given(disputes, bob, start + 1h);
  st.given(upholds, eve, start + 3h);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 27h");
  // What stood in the first does not stand again.
  st.given(disputes, cal, start + 1h);
  st.given(upholds, eve, start + 5h);
  CAF_CHECK_EQUAL(timer_of(st), "settlement 29h");
}

CAF_TEST(what was received before the completion counts after it) {
  for (const bool delay : {false, true}) {
    auto st = waiting();
    if (!delay) st.r.settle_after.reset();
    st.fires(start + 101h);
    if (!delay) st.settled();
    const auto done = *st.s.completed_at;
    CAF_CHECK(st.s.status
              == (delay ? session_status::completed : session_status::paid));
    CAF_CHECK_EQUAL(st.then(hands_in, bob, done), "refused wrong-state");
    CAF_CHECK_EQUAL(st.then(hands_in, bob, done - 1us),
                    "student_recap.submitted");
    CAF_CHECK_EQUAL(st.then(hands_in, bob, done - 1us),
                    "refused recap-already-submitted");
    CAF_CHECK(st.s.find("bob")->written);
    if (!delay)
      CAF_CHECK_EQUAL(st.then(disputes, cal, done), "refused wrong-state");
    CAF_CHECK_EQUAL(st.then(disputes, cal, done - 1us), "session.disputed");
    const auto was = st.s.disputes->from;
    CAF_CHECK_EQUAL(st.then(upholds, eve, done + 5h), "session.upheld");
    CAF_CHECK(st.s.status == was);
  }
}

CAF_TEST(a disputed session is read back as it is) {
  auto st = completed();
  st.given(disputes, bob, start + 5h);
  CAF_CHECK(read_back(st) == st.s);
  st.given(upholds, eve, start + 9h);
  CAF_CHECK(read_back(st) == st.s);
  CAF_CHECK(has_disputed(st.s, bob));
  CAF_CHECK(!has_disputed(st.s, cal));
}
