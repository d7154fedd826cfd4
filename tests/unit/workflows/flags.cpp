// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE flags
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const recap varied{.topics_covered = "We multiplied fractions of all kinds",
                   .how_tutee_did =
                       "Well after the first few " + std::string(100, 'x'),
                   .next_steps = "Division by fractions next week"};
const person anna{.as = role::student, .id = "ann"};

std::string raised(const story &st) {
  std::string line;
  for (const auto &name : flags_of(st.s).names())
    line += (line.empty() ? "" : " ") + name;
  return line;
}

/// In person, so that no call is missed.
schedule_session in_person(std::vector<std::string> students = {"bob"}) {
  return plan(std::move(students), modality::in_person);
}

/// Both in the call for so long, from the start on.
story called(std::chrono::microseconds together) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(join_call{.participant = bob}, bob, start);
  st.given(leave_call{.participant = bob}, bob, start + together);
  return st;
}

}  // namespace

CAF_TEST(nothing is flagged where nothing is odd) {
  auto st = called(60min);
  st.given(complete_of(60, varied), ann, start + 60min);
  CAF_CHECK_EQUAL(raised(st), "");
  st.given(submit_recap{.written = varied}, bob, start + 61min);
  CAF_CHECK_EQUAL(raised(st), "");
}

CAF_TEST(more minutes than have passed since the start are flagged) {
  auto after = [](std::chrono::microseconds passed, int minutes) {
    story st;
    st.ready(in_person())
        .given(complete_of(minutes, varied), ann, start + passed);
    return raised(st);
  };
  CAF_CHECK_EQUAL(after(60min, 60), "");
  CAF_CHECK_EQUAL(after(60min - 1us, 60), "logged-before-end");
  // The rounded figure is what counts.
  CAF_CHECK_EQUAL(after(57min, 56), "logged-before-end");
  CAF_CHECK_EQUAL(after(60min, 56), "");
  CAF_CHECK_EQUAL(after(0min, 1), "logged-before-end");
}

CAF_TEST(it is the moment of receipt that counts) {
  story st;
  st.ready(in_person());
  st.when(complete_of(60, varied), ann, start + 30min, start + 9h);
  CAF_CHECK_EQUAL(raised(st), "logged-before-end");
}

CAF_TEST(more minutes than were suggested are flagged) {
  auto after = [](std::chrono::microseconds together, int minutes) {
    auto st = called(together);
    st.given(complete_of(minutes, varied), ann, start + 3h);
    return raised(st);
  };
  CAF_CHECK_EQUAL(after(56min, 60), "");
  CAF_CHECK_EQUAL(after(55min, 60), "longer-than-call");
  CAF_CHECK_EQUAL(after(55min, 51), "");
}

CAF_TEST(a call that still runs counts up to the receipt) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(join_call{.participant = bob}, bob, start + 30min);
  st.when(complete_of(60, varied, true), ann, start + 60min, start + 5h);
  CAF_CHECK_EQUAL(raised(st), "longer-than-call");
}

CAF_TEST(an online session in whose call they never met is flagged) {
  story st;
  st.ready().given(complete_of(60, varied), ann, start + 2h);
  CAF_CHECK_EQUAL(raised(st), "nobody-in-call");
  st = {};
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(leave_call{.participant = ann}, ann, start + 1min);
  st.given(join_call{.participant = bob}, bob, start + 2min);
  st.given(complete_of(60, varied, true), ann, start + 2h);
  CAF_CHECK_EQUAL(raised(st), "longer-than-call nobody-in-call");
  // Met, if for no time at all.
  st = called(0us);
  CAF_CHECK(read_back(st) == st.s);
  st.given(complete_of(60, varied), ann, start + 2h);
  CAF_CHECK_EQUAL(raised(st), "longer-than-call");
}

CAF_TEST(a recap of few different words is flagged whoever writes it) {
  auto st = called(60min);
  st.given(complete_of(60, good), ann, start + 60min);
  CAF_CHECK_EQUAL(raised(st), "repetitive-recap");
  st = called(60min);
  st.given(complete_of(60, varied), ann, start + 60min);
  st.given(submit_recap{.written = good}, bob, start + 61min);
  CAF_CHECK_EQUAL(raised(st), "repetitive-recap");
  st = called(60min);
  st.given(log_of(60), ann, start + 60min);
  CAF_CHECK_EQUAL(raised(st), "");
  st.given(submit_recap{.written = good}, ann, start + 61min);
  CAF_CHECK_EQUAL(raised(st), "repetitive-recap");
}

CAF_TEST(a tutor with the id of a student who takes part is flagged) {
  story st;
  st.scheduled(in_person({"bob", "ann"}));
  CAF_CHECK_EQUAL(raised(st), "same-id");
  st.given(accept_invitation{.student = "ann"}, anna, start);
  CAF_CHECK_EQUAL(raised(st), "same-id");
  st.given(decline_invitation{.student = "ann"}, anna, start);
  CAF_CHECK_EQUAL(raised(st), "");
}

CAF_TEST(flags are listed in one order and go with the time they are about) {
  story st;
  st.scheduled(plan({"bob", "ann"}));
  st.given(accept_invitation{.student = "bob"}, bob, start);
  st.given(accept_invitation{.student = "ann"}, anna, start);
  st.given(join_call{.participant = ann}, ann, start);
  st.given(log_of(60, true), ann, start);
  CAF_CHECK_EQUAL(raised(st),
                  "logged-before-end longer-than-call nobody-in-call same-id");
  CAF_CHECK(read_back(st) == st.s);
  st.fires(just_late);
  CAF_CHECK_EQUAL(raised(st),
                  "logged-before-end longer-than-call nobody-in-call same-id");
  st.given(reopen_session{.hours = 1, .note = ""}, eve, just_late);
  CAF_CHECK_EQUAL(raised(st), "same-id");
}

CAF_TEST(a correction is flagged and leaves what was flagged) {
  auto st = called(30min);
  st.given(log_of(60), ann, start + 60min);
  st.given(correct_minutes{.minutes = 30, .note = "seen"}, eve, start + 2h);
  CAF_CHECK_EQUAL(raised(st), "longer-than-call corrected");
  CAF_CHECK(read_back(st) == st.s);
}

CAF_TEST(an event has its flags and one of an earlier release has none) {
  auto st = called(30min);
  st.given(log_of(60), ann, start + 60min);
  const auto &e = st.history.back().what;
  CAF_CHECK(std::get<time_logged>(e).flags.has(session_flag::longer_than_call));
  auto data = to_json(e);
  CAF_CHECK(*parse_event(type_of(e), data) == e);
  data.erase("flags");
  const auto old = parse_event(type_of(e), data);
  CAF_REQUIRE(old.has_value());
  CAF_CHECK(!std::get<time_logged>(*old).flags.any());
  data["flags"] = {"odd"};
  CAF_CHECK(!parse_event(type_of(e), data).has_value());
}
