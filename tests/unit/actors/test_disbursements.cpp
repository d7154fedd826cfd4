// Disbursements: a provider that fails, is late and lies, and two nodes' runs.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE disbursements
#include <map>
#include <random>
#include <set>

#include "campus_fixture.hpp"

namespace {

using enum wf::disbursement_status;
constexpr auto opened = wf::disbursement_status::open;

constexpr auto a_week = 168h;

/// Two nodes that both serve everything, and pay out on Fridays.
struct paying_nodes : campus_fixture {
  paying_nodes() : campus_fixture{0} {
    policy.base.timezone = "UTC";
    policy.base.limits = {.tutor_minutes_per_week = {},
                          .student_course_minutes_per_week = {},
                          .course_minutes_per_week = {},
                          .pair_sessions_per_day = {}};
    policy.base.disbursements =
        wf::disbursement_rules{.after_settled = 1h, .by = std::nullopt};
    add_node(sys);
    add_node(sys);
    consume_messages();
  }

  void pay(const std::string &s, const std::string &tutor, int minutes = 60) {
    const auto student = "of-" + s;
    run(schedule_command(s, {student}, tutor, time->now()));
    run(accept_command(s, student));
    run(complete_command(s, minutes, tutor));
    run(recap_command(s, student));
    CAF_REQUIRE_EQUAL(state(s), "paid");
  }

  /// Moves the clock, and lets both nodes do what is due then. After some
  /// messages the node's actors of sessions and runs die.
  void advance(std::chrono::hours by, std::size_t i = 0, int die_after = 0) {
    bool done = false;
    caf::anon_send(
        node(i)->timers,
        advance_to{.to = time->now() + by,
                   .done = reply<instant>{[&](auto) { done = true; }}});
    for (int n = 0; n < die_after && sched.try_run_once(); ++n) {
    }
    if (die_after > 0) kill_sessions(i);
    for (int k = 0; k < 60; ++k) {
      consume_messages();
      advance_time(1s);
    }
    CAF_CHECK(done);
  }

  [[nodiscard]] std::vector<recapd::storage::disbursement_row> all() const {
    recapd::storage::disbursement_filter any;
    any.limit = 10'000;
    return store->list_disbursements(any);
  }

  submission result(const recapd::storage::disbursement_row &of,
                    wf::disbursement_status what, std::int64_t more = 0) {
    return command(wf::disbursement_key(of.what.id), "system:bank",
                   wf::report_result{.result = what,
                                     .amount = of.what.amount + more,
                                     .currency = of.what.currency});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(disbursement_tests, paying_nodes)

CAF_TEST(a run that both nodes make pays each tutor once) {
  for (const auto *tutor : {"ann", "tom", "sue"})
    pay(std::string{"s-"} + tutor, tutor);
  advance(a_week);
  CAF_CHECK_EQUAL(all().size(), 3u);
  advance(a_week, 1);
  CAF_CHECK_EQUAL(all().size(), 3u);
  CAF_CHECK_EQUAL(balance("clearing:default"), 4500);
  CAF_CHECK(store->check().empty());
}

CAF_TEST(a run goes on behind a store that fails) {
  for (int i = 0; i < 250; ++i)
    pay("s" + std::to_string(i), "t" + std::to_string(i));
  hooks(0).before_append = fails(recapd::storage::fault::unavailable);
  hooks(0).after_append = fails(recapd::storage::fault::outcome_unknown, 2);
  advance(a_week);
  CAF_CHECK_EQUAL(all().size(), 250u);
  for (const auto &of : store->list_program_runs("default"))
    CAF_CHECK(!of.open);
}

CAF_TEST(an answer that was lost is no second result) {
  pay("s1", "ann");
  advance(a_week);
  hooks(0).after_append = fails(recapd::storage::fault::outcome_unknown);
  CAF_CHECK_EQUAL(run(result(all().front(), sent)), "accepted");
  CAF_CHECK_EQUAL(run(result(all().front(), sent), 1), "duplicate");
  CAF_CHECK(all().front().what.version == 2);
}

CAF_TEST(a mismatch is noted once and refused each time) {
  pay("s1", "ann");
  advance(a_week);
  const auto lie = result(all().front(), confirmed, 1);
  CAF_CHECK_EQUAL(run(lie), "amount-mismatch");
  CAF_CHECK_EQUAL(run(lie, 1), "duplicate");
  CAF_CHECK_EQUAL(run(result(all().front(), confirmed, 1), 1),
                  "amount-mismatch");
  CAF_CHECK(all().front().what.version == 2);
  CAF_CHECK(all().front().what.status == opened);
}

CAF_TEST(whatever a provider says and whoever dies the money adds up) {
  std::mt19937 random{7};
  const auto pick = [&](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  std::map<std::string, std::int64_t> earned;
  std::map<std::string, wf::disbursement_status> expected;
  std::set<std::string> was_confirmed;
  std::map<wf::disbursement_status, int> met;
  for (int step = 0; step < 60; ++step) {
    for (int i = pick(4); i > 0; --i) {
      const auto who = "t" + std::to_string(pick(3));
      const auto s = "s" + std::to_string(ids);
      pay(s, who, 30);
      earned[who] += 750;
      if (pick(4) > 0) continue;
      run(command(s, "support:eve", wf::void_session{.note = "no"}));
      earned[who] -= 750;
    }
    const auto at = static_cast<std::size_t>(pick(2));
    if (pick(2) == 0)
      hooks(at).after_append = fails(recapd::storage::fault::outcome_unknown);
    if (pick(2) == 0)
      hooks(1 - at).before_append = fails(recapd::storage::fault::unavailable);
    advance(a_week / 2, at, pick(2) * pick(300));
    for (std::size_t i = 0; i < 2; ++i)
      hooks(i).before_append = hooks(i).after_append = [] {};
    for (const auto &row : all()) {
      auto &now = expected.emplace(row.what.id, opened).first->second;
      const auto what = std::array{sent, confirmed, failed, returned}.at(
          static_cast<std::size_t>(pick(4)));
      const bool lies = pick(4) == 0;
      const auto said = result(row, what, lies ? 5 : 0);
      const auto to = static_cast<std::size_t>(pick(2));
      const auto word = run(said, to);
      if (pick(3) == 0) CAF_CHECK_EQUAL(run(said, 1 - to), "duplicate");
      const bool moves =
          now == confirmed ? what == returned : now == opened || now == sent;
      const bool known =
          what == now || (what == sent && now != opened)
          || (what == confirmed && was_confirmed.contains(row.what.id));
      CAF_CHECK_EQUAL(word, lies    ? "amount-mismatch"
                            : known ? "duplicate"
                            : moves ? "accepted"
                                    : "wrong-state");
      if (word != "accepted") continue;
      now = what;
      ++met[what];
      if (what == confirmed) was_confirmed.insert(row.what.id);
    }
  }
  CAF_CHECK_EQUAL(met.size(), 4u);
  std::map<std::string, std::int64_t> out;
  std::int64_t clearing = 0;
  for (const auto &row : all()) {
    CAF_CHECK(row.what.status == expected.at(row.what.id));
    if (wf::gives_back(row.what.status)) continue;
    out[row.what.tutor] += row.what.amount;
    clearing += row.what.amount;
  }
  for (const auto &[who, sum] : earned)
    CAF_CHECK_EQUAL(balance("tutor:" + who) + out[who], sum);
  CAF_CHECK_EQUAL(balance("clearing:default"), clearing);
  CAF_CHECK(store->check().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
