// Settlement: what completes a session pays it, in one commit or not at all.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE settlements
#include "campus_fixture.hpp"

using recapd::storage::fault;

namespace {

/// Two nodes, by whose policy silence confirms after an hour.
struct settling : campus_fixture {
  settling() : campus_fixture{0} {
    policy.base.auto_confirm_after = 1h;
    for (int i = 0; i < 2; ++i)
      add_node(sys);
    consume_messages();
  }

  /// Has a payout actor of its own answer the first node's sessions.
  void replace_payout(payout_ref other) {
    const_cast<node_context &>(*node()).payout = std::move(other);
  }
  /// Returns a payout actor that loses what it is asked.
  payout_ref losing_payout() {
    return sys.spawn([]() -> payout_ref::behavior_type {
      return {[](ask_settlement &) {}};
    });
  }
  /// Tells a node's session that something is due; `done`, or the fault.
  std::string due(std::size_t i = 0) {
    std::string word = "silence";
    caf::anon_send(node(i)->shard_of("s1"),
                   take_due{.session = "s1",
                            .done = reply<done_t>{[&](auto a) {
                              word = a.has_value()
                                         ? "done"
                                         : std::string{to_string(a.error())};
                            }}});
    consume_messages();
    return word;
  }
  /// The events behind version `after`, in a line.
  std::string events(int after) {
    std::string line;
    for (const auto &e : store->history("s1"))
      if (e.seq > after) line += (line.empty() ? "" : " ") + e.type;
    return line;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(settlement_tests, settling)

CAF_TEST(the last recap completes and pays in one commit) {
  awaiting("s1");
  const auto commits = hooks().appends;
  auto last = recap_command("s1");
  last.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto p = post(last);
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "accepted");
  CAF_CHECK_EQUAL(hooks().appends, commits + 1);
  CAF_REQUIRE_EQUAL(events(4),
                    "student_recap.submitted session.completed session.paid");
  const auto outcome = boost::json::parse(p.value().json);
  const auto &session = outcome.at("session");
  CAF_CHECK(session.at("state") == "paid");
  CAF_CHECK(session.at("version") == 7);
  CAF_CHECK(session.at("payout").at("amount") == 1500);
  CAF_CHECK(session.at("next_timer").is_null());
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
  const auto history = store->history("s1");
  const auto &completed = history[5], &paid = history[6];
  CAF_CHECK_EQUAL(completed.by, "student:bob");
  CAF_CHECK_EQUAL(completed.command_id, last.id);
  CAF_CHECK_EQUAL(paid.by, "system:recapd");
  CAF_CHECK_EQUAL(paid.command_id, "");
  CAF_CHECK_EQUAL(paid.traceparent, last.traceparent);
  CAF_CHECK(store->check().empty());
}

CAF_TEST(a removal that completes pays) {
  run(schedule_command("s1", {"bob", "cal"}));
  run(accept_command("s1", "bob"));
  run(accept_command("s1", "cal"));
  complete("s1", 60);
  student_recap("s1");
  const auto commits = hooks().appends;
  CAF_CHECK_EQUAL(run(command("s1", "support:eve",
                              wf::remove_participant{.student = "cal"})),
                  "accepted");
  CAF_CHECK_EQUAL(hooks().appends, commits + 1);
  CAF_CHECK_EQUAL(events(6),
                  "participant.removed session.completed session.paid");
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
  CAF_CHECK(store->check().empty());
}

CAF_TEST(silence completes and pays in one commit) {
  awaiting("s1");
  time->set(start + 1h);
  const auto commits = hooks().appends;
  CAF_CHECK_EQUAL(due(), "done");
  CAF_CHECK_EQUAL(hooks().appends, commits + 1);
  CAF_CHECK_EQUAL(events(4), "session.completed session.paid");
  CAF_CHECK_EQUAL(state("s1"), "paid");
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
}

CAF_TEST(where the payout is not answered nothing is written) {
  awaiting("s1");
  time->set(start + 1h);
  const auto real = node()->payout;
  replace_payout(losing_payout());
  const auto commits = hooks().appends;
  const auto last = recap_command("s1");
  CAF_CHECK_EQUAL(run(last), "unavailable");
  CAF_CHECK_EQUAL(due(), "unavailable");
  CAF_CHECK_EQUAL(hooks().appends, commits);
  CAF_CHECK_EQUAL(state("s1"), "awaiting_student_recap");
  replace_payout(real);
  CAF_CHECK_EQUAL(run(last), "accepted");
  CAF_CHECK_EQUAL(state("s1"), "paid");
}

CAF_TEST(a commit that completes and loses its answer pays once) {
  awaiting("s1");
  hooks().after_append = fails(fault::outcome_unknown);
  CAF_CHECK_EQUAL(student_recap("s1"), "accepted");
  pass(1s, 5);
  CAF_CHECK_EQUAL(events(6), "session.paid");
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
}

CAF_TEST(two nodes confirm and it is paid once) {
  awaiting("s1");
  CAF_CHECK_EQUAL(run(recap_command("s1", "cal"), 1), "not-allowed");
  time->set(start + 1h);
  // The other node still has the session as it was.
  CAF_CHECK_EQUAL(due(0), "done");
  CAF_CHECK_EQUAL(due(1), "done");
  CAF_CHECK_EQUAL(events(4), "session.completed session.paid");
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
}

CAF_TEST_FIXTURE_SCOPE_END()
