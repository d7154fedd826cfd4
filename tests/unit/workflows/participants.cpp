// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE participants
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

constexpr std::string_view wrong_state = "refused wrong-state";

/// One session with a student in each participation, and the call's past.
story with_everybody() {
  story st;
  st.scheduled(plan({"inv", "goi", "dec", "rem"}));
  st.given(accept_invitation{.student = "goi"}, sis, start - 1h);
  st.given(decline_invitation{.student = "dec"}, sis, start - 1h);
  st.given(remove_participant{.student = "rem"}, ann, start - 1h);
  return st;
}

/// What the command answers for each participation and for a stranger, a
/// letter each: `y` accepted, `w` wrong-state.
template <class Command> std::string answers(const person &by) {
  std::string letters;
  for (std::string student : {"inv", "goi", "dec", "rem", "new"}) {
    const auto line =
        with_everybody().then(Command{.student = student}, by, start - 1h);
    letters += line == wrong_state           ? 'w'
               : line.starts_with("refused") ? '?'
                                             : 'y';
  }
  return letters;
}

}  // namespace

CAF_TEST(a new session is as planned and every student invited) {
  story st;
  st.r.log_window = 48h;
  st.r.rate_per_hour = 2000;
  st.r.currency = "EUR";
  st.r.timezone = "Europe/Berlin";
  st.scheduled(plan({"bob", "cal"}));
  CAF_CHECK(st.s.deadline == start + 48h);
  CAF_CHECK_EQUAL(st.s.rate_per_hour, 2000);
  CAF_CHECK_EQUAL(st.s.currency, "EUR");
  CAF_CHECK_EQUAL(st.s.timezone, "Europe/Berlin");
  CAF_CHECK_EQUAL(st.s.program, "default");
  CAF_CHECK_EQUAL(st.s.policy_version, 7);
  CAF_CHECK_EQUAL(st.s.version, 1);
  CAF_REQUIRE_EQUAL(st.s.participants.size(), 2u);
  for (const auto &p : st.s.participants)
    CAF_CHECK(p.status == participation::invited);
}

CAF_TEST(what the plan says beats the policy) {
  auto what = plan();
  what.rate_per_hour = 0;
  what.currency = "GBP";
  what.timezone = "Europe/London";
  what.program = "night";
  story st;
  st.given(what, sis, start - 24h);
  CAF_CHECK_EQUAL(st.s.rate_per_hour, 0);
  CAF_CHECK_EQUAL(st.s.currency, "GBP");
  CAF_CHECK_EQUAL(st.s.timezone, "Europe/London");
  CAF_CHECK_EQUAL(st.s.program, "night");
}

CAF_TEST(a tutor may name the rate and currency of the policy and no other) {
  const auto answer = [](std::optional<std::int64_t> rate,
                         std::optional<std::string> currency,
                         const person &by = ann) {
    auto what = plan();
    what.rate_per_hour = rate;
    what.currency = std::move(currency);
    story st;
    st.r.rate_per_hour = 2000;
    st.r.currency = "EUR";
    return st.then(what, by, start - 24h);
  };
  constexpr std::string_view taken = "session.scheduled";
  constexpr std::string_view refused = "refused not-allowed";
  CAF_CHECK_EQUAL(answer(std::nullopt, std::nullopt), taken);
  CAF_CHECK_EQUAL(answer(2000, "EUR"), taken);
  CAF_CHECK_EQUAL(answer(2000, std::nullopt), taken);
  CAF_CHECK_EQUAL(answer(2001, std::nullopt), refused);
  CAF_CHECK_EQUAL(answer(1999, "EUR"), refused);
  CAF_CHECK_EQUAL(answer(0, std::nullopt), refused);
  CAF_CHECK_EQUAL(answer(std::nullopt, "USD"), refused);
  CAF_CHECK_EQUAL(answer(2000, "USD"), refused);
  CAF_CHECK_EQUAL(answer(2001, "USD", sis), taken);
}

CAF_TEST(
    a tutor with another rate hears that before that the session is there) {
  auto what = plan();
  what.rate_per_hour = 1;
  story st;
  st.scheduled();
  CAF_CHECK_EQUAL(st.then(what, ann, start), "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(what, sis, start), "refused session-exists");
}

CAF_TEST(to one of other programmes a session is unknown) {
  auto st = story{}.ready();
  const auto in = [&](const command &c, const person &by,
                      std::vector<std::string> programs) {
    const program_set set{std::move(programs)};
    auto f = st.facts_of(c, by, start + 1h, start + 1h);
    f.programs = &set;
    return summary(decide(st.s, c, f));
  };
  CAF_CHECK_EQUAL(in(log_of(60), ann, {"night"}), "refused unknown-session");
  CAF_CHECK_EQUAL(in(log_of(60), ann, {"night", "default"}), "time.logged");
  CAF_CHECK_EQUAL(in(void_session{.note = "no"}, eve, {"night"}),
                  "refused unknown-session");
  CAF_CHECK_EQUAL(in(plan(), ann, {"night"}), "refused session-exists");
}

CAF_TEST(who may not schedule hears that before that the session is there) {
  story st;
  st.scheduled();
  CAF_CHECK_EQUAL(st.then(plan(), ann, start), "refused session-exists");
  CAF_CHECK_EQUAL(st.then(plan(), who("tutor:tom"), start),
                  "refused not-allowed");
}

CAF_TEST(each participation answers invitations in its own way) {
  // invited, going, declined, removed, a stranger
  CAF_CHECK_EQUAL(answers<invite_participant>(ann), "wwyyy");
  CAF_CHECK_EQUAL(answers<accept_invitation>(sis), "ywyww");
  CAF_CHECK_EQUAL(answers<decline_invitation>(sis), "yywww");
  CAF_CHECK_EQUAL(answers<remove_participant>(ann), "yywww");
}

CAF_TEST(an invitation again keeps the place of the student) {
  auto st = with_everybody();
  st.given(invite_participant{.student = "dec"}, ann, start - 1h);
  st.given(invite_participant{.student = "new"}, ann, start - 1h);
  CAF_REQUIRE_EQUAL(st.s.participants.size(), 5u);
  CAF_CHECK_EQUAL(st.s.participants[2].student, "dec");
  CAF_CHECK(st.s.participants[2].status == participation::invited);
  CAF_CHECK_EQUAL(st.s.participants[4].student, "new");
}

CAF_TEST(a student who is no participant may not answer) {
  story st;
  st.scheduled();
  CAF_CHECK_EQUAL(st.then(accept_invitation{.student = "cal"}, cal, start),
                  "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(decline_invitation{.student = "cal"}, cal, start),
                  "refused not-allowed");
  CAF_CHECK_EQUAL(st.then(accept_invitation{.student = "bob"}, cal, start),
                  "refused not-allowed");
}

CAF_TEST(fifty students may be invited or going and no more) {
  std::vector<std::string> fifty;
  for (int i = 0; i < 50; ++i)
    fifty.push_back("s" + std::to_string(i));
  story st;
  st.scheduled(plan(fifty));
  const invite_participant one_more{.student = "dan"};
  CAF_CHECK_EQUAL(st.then(one_more, ann, start), wrong_state);
  st.given(decline_invitation{.student = "s7"}, sis, start);
  CAF_CHECK_EQUAL(st.then(one_more, ann, start), "participant.invited");
}

CAF_TEST(who was in the call neither declines nor is removed by the tutor) {
  story st;
  st.ready();
  st.given(join_call{.participant = bob}, bob, start);
  const auto check = [&] {
    for (const auto &by : {bob, sis})
      CAF_CHECK_EQUAL(st.then(decline_invitation{.student = "bob"}, by, start),
                      wrong_state);
    for (const auto &by : {ann, sis})
      CAF_CHECK_EQUAL(st.then(remove_participant{.student = "bob"}, by, start),
                      wrong_state);
  };
  check();
  st.given(leave_call{.participant = bob}, bob, start);
  check();
  const auto refused =
      st.when(remove_participant{.student = "bob"}, ann, start).error();
  CAF_CHECK_EQUAL(refused[0].detail,
                  "Student bob joined the call; only support may remove one "
                  "who did.");
}

CAF_TEST(support removes a student who joined the call) {
  story st;
  st.ready(plan({"bob", "cal"}));
  st.given(join_call{.participant = bob}, bob, start);
  CAF_CHECK_EQUAL(st.then(remove_participant{.student = "bob"}, eve, start),
                  "participant.removed");
  // Who is in the call may still leave it.
  CAF_CHECK_EQUAL(st.then(leave_call{.participant = bob}, bob, start),
                  "call.left");
}

CAF_TEST(what could go back and forth for ever ends after ten thousand changes) {
  story st;
  st.scheduled();
  while (st.s.version < 10'000)
    if (st.s.participants[0].status == participation::invited
        || st.s.participants[0].status == participation::declined)
      st.given(accept_invitation{.student = "bob"}, bob, start);
    else
      st.given(decline_invitation{.student = "bob"}, bob, start);
  const bool going = st.s.participants[0].status == participation::going;
  for (const auto &c : std::vector<command>{
           invite_participant{.student = "cal"},
           remove_participant{.student = "bob"},
       })
    CAF_CHECK_EQUAL(st.then(c, ann, start), "refused wrong-state");
  CAF_CHECK_EQUAL(
      going ? st.then(decline_invitation{.student = "bob"}, bob, start)
            : st.then(accept_invitation{.student = "bob"}, bob, start),
      "refused wrong-state");
  st.fires(just_late);
  CAF_CHECK(st.s.status == session_status::missed);
  CAF_CHECK_EQUAL(st.then(request_support{.message = "help"}, ann, just_late),
                  "refused wrong-state");
  st.given(reopen_session{.hours = 1, .note = "ok"}, eve, just_late);
}
