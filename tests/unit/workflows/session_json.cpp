// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE session_json
#include "caf/test/unit_test.hpp"

#include <boost/json/serialize.hpp>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace json = boost::json;

namespace {

std::string view(const story &st, instant now) {
  return to_view_text(st.s, st.r, now);
}

const recap three{.topics_covered = std::string(150, 'a'),
                  .how_tutee_did = "well",
                  .next_steps = "more"};

}  // namespace

CAF_TEST(a new session is shown in the shape of the contract) {
  story st;
  st.scheduled(plan({"bob", "cal"}));
  CAF_CHECK_EQUAL(
      view(st, start),
      R"({"id":"s1","state":"scheduled","version":1,"tutor":"ann",)"
      R"("course":"MATH101","program":"default","modality":"online",)"
      R"("timezone":"America/New_York","starts_at":"2026-11-23T14:30:00Z",)"
      R"("deadline":"2026-11-26T14:30:00Z","participants":[)"
      R"({"student":"bob","status":"invited","in_call":false,"recap":null},)"
      R"({"student":"cal","status":"invited","in_call":false,"recap":null}],)"
      R"("tutor_recap":null,"minutes":null,"suggested_minutes":null,)"
      R"("rate_per_hour":1500,"currency":"USD","payout":null,)"
      R"("next_timer":"2026-11-23T16:00:00Z",)"
      R"("next_timer_kind":"tutor_recap_due",)"
      R"("flags":[],"policy_version":7})");
}

CAF_TEST(a paid session shows its recaps and its payout) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(join_call{.participant = bob}, bob, start);
  st.given(complete_of(58, three, true), ann, start + 52min);
  st.completed().settled();
  const auto shown = to_view(st.s, st.r, start + 9h);
  CAF_CHECK_EQUAL(json::serialize(shown.at("tutor_recap")),
                  R"({"topics_covered":")" + std::string(150, 'a')
                      + R"(","how_tutee_did":"well","next_steps":"more"})");
  CAF_CHECK_EQUAL(json::serialize(shown.at("payout")),
                  R"({"amount":1500,"settled_at":"2026-11-23T16:30:00Z"})");
  CAF_CHECK_EQUAL(shown.at("minutes").as_int64(), 60);
  CAF_CHECK_EQUAL(shown.at("suggested_minutes").as_int64(), 55);
  CAF_CHECK(shown.at("participants").at(0).at("recap").is_object());
  CAF_CHECK(shown.at("participants").at(0).at("in_call").as_bool());
  CAF_CHECK(shown.at("next_timer").is_null());
  CAF_CHECK(shown.at("next_timer_kind").is_null());
}

CAF_TEST(a corrected session shows the net and when it was settled) {
  story st;
  st.ready().logged().submitted().completed().settled();
  st.given(correct_minutes{.minutes = 88, .note = "seen"}, eve, start + 8h);
  const auto shown = to_view(st.s, st.r, start + 9h);
  CAF_CHECK_EQUAL(shown.at("minutes").as_int64(), 90);
  CAF_CHECK_EQUAL(json::serialize(shown.at("payout")),
                  R"({"amount":2250,"settled_at":"2026-11-23T16:30:00Z"})");
  CAF_CHECK_EQUAL(json::serialize(shown.at("flags")),
                  R"(["nobody-in-call","repetitive-recap","corrected"])");
}

CAF_TEST(a call that runs counts up to the moment of the view) {
  story st;
  st.ready();
  st.given(join_call{.participant = ann}, ann, start);
  st.given(join_call{.participant = bob}, bob, start);
  const auto suggested = [&](instant now) {
    return to_view(st.s, st.r, now).at("suggested_minutes").to_number<int>();
  };
  CAF_CHECK_EQUAL(suggested(start + 1min), 5);
  CAF_CHECK_EQUAL(suggested(start + 52min), 55);
}

CAF_TEST(the deadline is shown as a person says it) {
  story st;
  st.ready();
  st.fires(start + 71h);
  const auto shown = to_view(st.s, st.r, start + 71h);
  CAF_CHECK_EQUAL(shown.at("next_timer").as_string(), "2026-11-26T14:30:00Z");
  CAF_CHECK_EQUAL(shown.at("next_timer_kind").as_string(), "deadline");
}

CAF_TEST(a session is read back from its events in every state) {
  story st;
  auto check = [&] {
    CAF_CHECK_EQUAL(view(st, start),
                    json::serialize(to_view(st.s, st.r, start)));
    CAF_CHECK(read_back(st) == st.s);
  };
  st.ready(plan({"bob", "cal"}));
  check();
  st.given(join_call{.participant = ann}, ann, start + 1us);
  st.given(join_call{.participant = cal}, cal, start + 2us);
  check();
  st.given(log_of(60, true), ann, start + 1h);
  check();
  st.submitted();
  st.fires(start + 25h);
  check();
  st.completed();
  check();
  st.settled();
  check();
  st.given(correct_minutes{.minutes = 30, .note = "seen"}, eve, start + 8h);
  CAF_CHECK_EQUAL(st.s.paid->corrections, 1);
  check();
  st.given(void_session{.note = "no"}, eve, start + 9h);
  check();
}

CAF_TEST(every character that needs it is escaped as in the object) {
  std::string all;
  for (char c = 1; c < 127; ++c)
    all += c;
  all += "\x7f\u00e9\U0001F468/";
  const event_body e = session_cancelled{.reason = all};
  CAF_CHECK_EQUAL(to_text(e), json::serialize(to_json(e)));
}
