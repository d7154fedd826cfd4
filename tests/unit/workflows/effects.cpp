// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE effects
#include "caf/test/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

/// What the story's last `count` events brought about.
std::vector<effects> last(const story &st, std::size_t count) {
  std::vector<effects> all;
  session s = unborn();
  for (const auto &e : st.history)
    all.push_back(happen(s, e));
  all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(count));
  return all;
}

std::string told(const effects &of) {
  std::string lines;
  for (const auto &n : of.notifications) {
    if (!lines.empty()) lines += '\n';
    lines += n.kind + " > " + n.to + " " + boost::json::serialize(n.data);
  }
  return lines;
}

#define SESSION                                                                \
  R"("tutor":"ann","course":"MATH101",)"                                       \
  R"("starts_at":"2026-11-23T14:30:00Z")"
#define DEADLINE R"(,"deadline":"2026-11-26T14:30:00Z")"

}  // namespace

CAF_TEST(planning and answering tell nobody) {
  story st;
  st.ready(plan({"bob", "cal"}));
  for (const auto &e : last(st, 3)) {
    CAF_CHECK(e.notifications.empty());
    CAF_CHECK(e.claims.empty());
    CAF_CHECK(e.released.empty());
    CAF_CHECK(!e.payment);
  }
}

CAF_TEST(completing claims the limits and asks every going student) {
  story st;
  st.scheduled(plan({"bob", "cal", "dan"}));
  st.given(accept_invitation{.student = "bob"}, sis, start);
  st.given(accept_invitation{.student = "cal"}, sis, start);
  st.given(decline_invitation{.student = "dan"}, sis, start);
  st.given(complete_of(60), ann, start + 1h);
  const auto two = last(st, 2);
  CAF_CHECK_EQUAL(two[0].claims.size(), 6u);
  CAF_CHECK_EQUAL(told(two[0]), "");
  CAF_CHECK_EQUAL(
      told(two[1]),
      "student_recap_request > student:bob {" SESSION R"(,"student":"bob"})"
      "\nstudent_recap_request > student:cal {" SESSION R"(,"student":"cal"})");
}

CAF_TEST(reminders go to those they are for) {
  story st;
  st.ready(plan({"bob", "cal"}));
  st.fires(start + 24h);
  auto two = last(st, 2);
  CAF_CHECK_EQUAL(told(two[0]),
                  "tutor_recap_due > tutor:ann {" SESSION DEADLINE "}");
  CAF_CHECK_EQUAL(told(two[1]),
                  "tutor_recap_reminder > tutor:ann {" SESSION DEADLINE "}");
  st.logged().submitted();
  st.given(submit_recap{.written = good}, bob, start + 2h);
  st.fires(start + 25h);
  two = last(st, 2);
  CAF_CHECK_EQUAL(told(two[0]), "student_recap_reminder > student:cal {" SESSION
                                R"(,"student":"cal"})");
  CAF_CHECK_EQUAL(told(two[1]), "tutor_remind_student > tutor:ann {" SESSION
                                R"(,"students":["cal"]})");
  st.fires(start + 169h);
  CAF_CHECK_EQUAL(told(last(st, 1)[0]), "student_recap_overdue > support "
                                        "{" SESSION R"(,"students":["cal"]})");
}

CAF_TEST(missing a session tells the tutor and gives the minutes back) {
  story st;
  st.ready().logged();
  const auto counted = st.s.usage;
  st.fires(just_late);
  auto e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e), "session_missed > tutor:ann {" SESSION DEADLINE "}");
  CAF_CHECK(e.released == counted);
  st.given(request_support{.message = "please"}, ann, just_late);
  CAF_CHECK_EQUAL(told(last(st, 1)[0]),
                  "support_requested > support {" SESSION DEADLINE
                  R"(,"message":"please"})");
  st.given(deny_update{.note = "no"}, eve, just_late);
  CAF_CHECK_EQUAL(told(last(st, 1)[0]),
                  "support_denied > tutor:ann {" SESSION R"(,"note":"no"})");
  const reopen_session reopen{.hours = 24, .note = "once"};
  st.given(reopen, eve, deadline + 1h);
  e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e), "support_reopened > tutor:ann {" SESSION
                           R"(,"deadline":"2026-11-27T15:30:00Z","hours":24,)"
                           R"("note":"once"})");
  CAF_CHECK(e.released.empty());
}

CAF_TEST(lifting claims again what had been given back) {
  story st;
  st.ready().logged();
  st.fires(just_late);
  CAF_CHECK_EQUAL(
      st.then(submit_recap{.written = good}, ann, deadline, just_late),
      "session.miss_lifted tutor_recap.submitted");
  CAF_CHECK_EQUAL(last(st, 2)[0].claims.size(), 4u);
}

CAF_TEST(completion and payout are told to the tutor) {
  story st;
  st.ready().logged().submitted().completed().settled();
  const auto two = last(st, 2);
  CAF_CHECK_EQUAL(told(two[0]), "session_completed > tutor:ann {" SESSION
                                R"(,"minutes":60,"automatic":false})");
  CAF_CHECK_EQUAL(told(two[1]),
                  "payout_deposited > tutor:ann {" SESSION
                  R"(,"minutes":60,"amount":1500,"currency":"USD"})");
  CAF_CHECK(two[1].payment == settlement(st.s));
}

CAF_TEST(a void gives back minutes and money) {
  story st;
  st.ready().logged().submitted().completed().settled();
  const auto counted = st.s.usage;
  st.given(void_session{.note = "no"}, eve, start + 3h);
  const auto e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e),
                  "session_voided > tutor:ann {" SESSION R"(,"note":"no"})"
                  "\nsession_voided > student:bob {" SESSION
                  R"(,"note":"no","student":"bob"})"
                  "\npayout_reversed > tutor:ann {" SESSION
                  R"(,"minutes":60,"amount":1500,)"
                  R"("currency":"USD","note":"no"})");
  CAF_CHECK(e.released == counted);
  CAF_REQUIRE(e.payment.has_value());
  CAF_CHECK(e.payment->kind == transfer_kind::reversal);
}

CAF_TEST(a void before the payout gives back minutes alone) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  st.given(accept_invitation{.student = "bob"}, sis, start);
  st.given(decline_invitation{.student = "cal"}, sis, start);
  st.logged();
  st.given(void_session{.note = "no"}, eve, start + 3h);
  const auto e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e),
                  "session_voided > tutor:ann {" SESSION R"(,"note":"no"})"
                  "\nsession_voided > student:bob {" SESSION
                  R"(,"note":"no","student":"bob"})");
  CAF_CHECK_EQUAL(e.released.size(), 4u);
  CAF_CHECK(!e.payment);
}

CAF_TEST(a correction is told where it changes the pay) {
  story st;
  st.ready().logged();
  st.given(correct_minutes{.minutes = 90, .note = "more"}, eve, start + 2h);
  auto e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e), "");
  CAF_CHECK_EQUAL(e.claims.size(), 3u);
  CAF_CHECK(!e.payment);
  st.submitted().completed().settled();
  st.given(correct_minutes{.minutes = 60, .note = "less"}, eve, start + 3h);
  e = last(st, 1)[0];
  CAF_CHECK_EQUAL(told(e), "payout_corrected > tutor:ann {" SESSION
                           R"(,"minutes":60,"amount":1500,"change":-750,)"
                           R"("currency":"USD","note":"less"})");
  CAF_CHECK_EQUAL(e.released.size(), 3u);
  CAF_REQUIRE(e.payment.has_value());
  CAF_CHECK(e.payment->kind == transfer_kind::correction);
}

CAF_TEST(a cancellation is told to everybody else who takes part) {
  auto cancelled_by = [](const person &by) {
    story st;
    st.scheduled(plan({"bob", "cal", "dan", "dee"}));
    st.given(accept_invitation{.student = "bob"}, bob, start);
    st.given(decline_invitation{.student = "dan"}, sis, start);
    st.given(remove_participant{.student = "dee"}, ann, start);
    st.given(cancel_session{.reason = "ill"}, by, start);
    return told(last(st, 1)[0]);
  };
  const std::string students = "session_cancelled > student:bob {" SESSION
                               R"(,"reason":"ill","student":"bob"})"
                               "\nsession_cancelled > student:cal {" SESSION
                               R"(,"reason":"ill","student":"cal"})";
  CAF_CHECK_EQUAL(cancelled_by(ann), students);
  const auto all = "session_cancelled > tutor:ann {" SESSION
                   R"(,"reason":"ill"})"
                   "\n"
                   + students;
  CAF_CHECK_EQUAL(cancelled_by(sis), all);
  CAF_CHECK_EQUAL(cancelled_by(eve), all);
}
