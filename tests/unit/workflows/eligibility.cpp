// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE eligibility
#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <rapidcheck.h>

#include "story.hpp"
#include "workflows/session/eligibility.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

int below(int count) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, count));
}

facts asked(const story &st, instant now) {
  auto f = facts_of_tutor(st.s, st.r, now);
  for (const auto &c : eligibility_claims(st.s, f)) {
    const auto used = st.used.find(c.key);
    f.used.push_back(used == st.used.end() ? 0 : used->second);
  }
  return f;
}

/// What completing would be answered, without a trace of it.
std::vector<refusal> answered(story st, int minutes, bool leave, instant now) {
  const auto d = st.when(complete_of(minutes, good, leave), ann, now);
  return d.has_value() ? std::vector<refusal>{} : d.error();
}

/// A session at some point of some life.
story somewhere() {
  story st;
  st.r.step_minutes = *rc::gen::element(1, 5, 15);
  st.r.max_minutes = st.r.step_minutes * (1 + below(12));
  st.r.limits.tutor_minutes_per_week = *rc::gen::element(0, 30, 61, 900);
  st.r.limits.student_course_minutes_per_week =
      *rc::gen::element<std::optional<int>>(std::nullopt, 20, 47);
  st.r.limits.pair_sessions_per_day = *rc::gen::element(0, 1, 2);
  st.scheduled(plan({"bob", "cal"},
                    below(2) == 0 ? modality::online : modality::in_person));
  for (int i = below(12); i > 0; --i) {
    const auto who = *rc::gen::element(bob, cal);
    const std::vector<std::pair<command, person>> all{
        {accept_invitation{.student = who.id}, who},
        {accept_invitation{.student = who.id}, who},
        {decline_invitation{.student = who.id}, who},
        {join_call{.participant = who}, who},
        {leave_call{.participant = who}, who},
        {join_call{.participant = ann}, ann},
        {log_of(st.r.step_minutes, true), ann},
        {submit_recap{.written = good}, ann},
        {submit_recap{.written = good}, bob},
        {cancel_session{.reason = ""}, ann},
        {void_session{.note = ""}, eve}};
    const auto &[what, by] = all[static_cast<std::size_t>(below(11))];
    st.when(what, by, start + 1h);
    if (st.s.status == session_status::completed && below(2) == 0) st.settled();
  }
  if (below(4) == 0) st.fires(just_late);
  if (below(4) == 0) st.when(deny_update{.note = ""}, eve, just_late);
  if (below(4) == 0)
    st.when(reopen_session{.hours = 20, .note = ""}, eve, just_late);
  for (const auto &c : claims(st.s, log_of(1), asked(st, start)))
    if (below(2) == 0) st.used[c.key] += below(40);
  return st;
}

}  // namespace

CAF_TEST(eligibility is what completing would be answered in every state) {
  CAF_CHECK(rc::check("eligibility = session.complete", [] {
    const auto st = somewhere();
    const auto now = *rc::gen::element(start - 1us, start, start + 2h, deadline,
                                       just_late, deadline + 21h);
    const bool leave = *rc::gen::arbitrary<bool>();
    const auto e = eligibility_of(st.s, asked(st, now), leave);
    const int step = st.r.step_minutes;
    RC_ASSERT(e.refusals == answered(st, step, leave, now));
    RC_ASSERT(e.refusals.empty() == (e.max_minutes > 0));
    RC_TAG(e.refusals.empty());
    if (e.max_minutes == 0) return;
    RC_ASSERT(answered(st, e.max_minutes, leave, now).empty());
    RC_ASSERT(!answered(st, e.max_minutes + 1, leave, now).empty());
  }));
}

CAF_TEST(leaving the call makes a tutor eligible whose student is still in it) {
  story st;
  st.ready();
  st.given(join_call{.participant = bob}, bob, start);
  const auto f = asked(st, start + 1h);
  const auto stays = eligibility_of(st.s, f, false);
  CAF_REQUIRE_EQUAL(stays.refusals.size(), 1u);
  CAF_CHECK(stays.refusals[0].code == refusal_code::participants_in_call);
  CAF_CHECK_EQUAL(eligibility_of(st.s, f, true).max_minutes, 90);
}

CAF_TEST(a student learns nothing of what another has used) {
  story st;
  st.ready(plan({"bob", "cal"}));
  const auto all = eligibility_claims(st.s, asked(st, start));
  auto use = [&](limit_kind kind, const std::string &item, int amount) {
    for (const auto &c : all)
      if (c.key.kind == kind && c.key.item == item) st.used[c.key] = amount;
  };
  auto seen_by = [&](std::string_view student) {
    return eligibility_of(st.s, asked(st, start + 1h), false, student);
  };
  use(limit_kind::student_course_week, "cal", 150);
  CAF_CHECK_EQUAL(
      eligibility_of(st.s, asked(st, start + 1h), false).max_minutes, 30);
  CAF_CHECK_EQUAL(seen_by("cal").max_minutes, 30);
  CAF_CHECK_EQUAL(seen_by("bob").max_minutes, 90);
  use(limit_kind::student_course_week, "cal", 178);
  use(limit_kind::pair_day, "cal", 1);
  const auto own = seen_by("cal").refusals;
  CAF_REQUIRE_EQUAL(own.size(), 2u);
  CAF_CHECK_EQUAL(own[0].limit->used, 178);
  const auto others = seen_by("bob").refusals;
  CAF_REQUIRE_EQUAL(others.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    CAF_CHECK(others[i].code == own[i].code);
    CAF_CHECK(!others[i].limit);
    CAF_CHECK(others[i].detail.find("cal") == std::string::npos);
    CAF_CHECK(others[i].detail.find("178") == std::string::npos);
  }
}
