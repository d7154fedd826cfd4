// Session actors over a whole node: order, durability, death, idleness.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE sessions
#include "actors/outcome_json.hpp"
#include "campus_fixture.hpp"

CAF_TEST_FIXTURE_SCOPE(session_tests, one_node)

CAF_TEST(a session goes from schedule to paid) {
  CAF_CHECK_EQUAL(schedule("s1"), "accepted");
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
  CAF_CHECK_EQUAL(complete("s1", 60), "accepted");
  CAF_CHECK_EQUAL(student_recap("s1"), "accepted");
  CAF_CHECK_EQUAL(state("s1"), "paid");
  CAF_CHECK_EQUAL(balance("tutor:ann"), 1500);
  CAF_CHECK_EQUAL(balance("program:default"), -1500);
  CAF_CHECK(store->check().empty());
}

CAF_TEST(nobody is answered before the commit) {
  auto p = post(schedule_command("s1"));
  bool answered_early = true;
  hooks().before_append = [&] { answered_early = p.answered(); };
  consume_messages();
  CAF_CHECK(!answered_early);
  CAF_CHECK_EQUAL(p.word(), "accepted");
}

CAF_TEST(commands of one session wait for each other in order) {
  auto first = post(schedule_command("s1"));
  auto second = post(accept_command("s1"));
  auto third = post(complete_command("s1", 60));
  consume_messages();
  CAF_CHECK_EQUAL(first.word(), "accepted");
  CAF_CHECK_EQUAL(second.word(), "accepted");
  CAF_CHECK_EQUAL(third.word(), "accepted");
}

CAF_TEST(the same command again gets the first outcome) {
  auto command = schedule_command("s1");
  CAF_CHECK_EQUAL(run(command), "accepted");
  CAF_CHECK_EQUAL(run(command), "duplicate");
  CAF_CHECK_EQUAL(store->history("s1").size(), 1u);
}

CAF_TEST(a refused command again gets the first refusal) {
  auto command = complete_command("nowhere", 60);
  CAF_CHECK_EQUAL(run(command), "unknown-session");
  CAF_CHECK_EQUAL(schedule("nowhere"), "accepted");
  auto again = post(command);
  consume_messages();
  CAF_CHECK_EQUAL(again.word(), "duplicate");
  CAF_CHECK(!again.value().accepted);
}

CAF_TEST(the same identity with other content is refused) {
  auto command = schedule_command("s1");
  CAF_CHECK_EQUAL(run(command), "accepted");
  auto other = accept_command("s1");
  other.id = command.id;
  CAF_CHECK_EQUAL(run(other), "id-reused");
}

CAF_TEST(the same identity for another session is refused) {
  auto command = schedule_command("s1");
  CAF_CHECK_EQUAL(run(command), "accepted");
  auto other = schedule_command("s2");
  other.id = command.id;
  CAF_CHECK_EQUAL(run(other), "id-reused");
  CAF_CHECK_EQUAL(state("s2"), "none");
}

CAF_TEST(a second schedule with a new identity is refused) {
  CAF_CHECK_EQUAL(schedule("s1"), "accepted");
  CAF_CHECK_EQUAL(schedule("s1"), "session-exists");
}

CAF_TEST(a refusal is answered and stored without the session) {
  schedule("s1");
  const auto refused = [this](const submission &s) {
    auto p = post(s);
    consume_messages();
    CAF_REQUIRE(!p.value().accepted);
    CAF_CHECK(!has_session(p.value()));
    return boost::json::parse(p.value().json);
  };
  const auto early = command("s1", "tutor:ann", wf::void_session{.note = "n"});
  const auto first = refused(early);
  CAF_CHECK(first.at("session").is_null());
  auto again = refused(early);
  CAF_CHECK(again.at("duplicate").as_bool());
  again.as_object()["duplicate"] = false;
  CAF_CHECK(again == first);
  const recapd::storage::command_key identity{early.source, early.id, {}};
  const auto stored = store->find_outcomes({&identity, 1}).front();
  CAF_CHECK(boost::json::parse(stored.value().outcome) == first);
}

CAF_TEST(an outcome changes its session and nothing else) {
  const auto o = make_outcome("a \"b\"", "c", R"({"id":"s"})", {});
  CAF_CHECK(has_session(o));
  const auto other = with_session(o, "{}");
  CAF_CHECK_EQUAL(
      other.json,
      R"({"id":"c","source":"a \"b\"","outcome":"accepted","duplicate":false,"session":{},"refusals":[]})");
  const auto none = without_session(other);
  CAF_CHECK(!has_session(none));
  CAF_CHECK_EQUAL(
      none.json,
      R"({"id":"c","source":"a \"b\"","outcome":"accepted","duplicate":false,"session":null,"session_omitted":true,"refusals":[]})");
  const auto stored = stored_outcome(o.json, true);
  CAF_CHECK(stored.accepted && stored.duplicate);
  CAF_CHECK_EQUAL(
      with_session(stored, "1").json,
      R"({"id":"c","source":"a \"b\"","outcome":"accepted","duplicate":true,"session":1,"refusals":[]})");
}

CAF_TEST(a refusal that was stored with its session is given without) {
  const auto o = stored_outcome(
      R"({"id":"c","source":"a","outcome":"refused","duplicate":false,"session":{"id":"s"},"refusals":[{"code":"wrong-state","detail":"d"}]})",
      true);
  CAF_CHECK(!o.accepted);
  CAF_CHECK(o.code == wf::refusal_code::wrong_state);
  CAF_CHECK(boost::json::parse(o.json).at("session").is_null());
}

CAF_TEST(the trace of a command goes on to the settlement it brought) {
  const auto traced = [](submission s, char digit) {
    s.traceparent =
        "00-" + std::string(32, digit) + "-" + std::string(16, digit) + "-01";
    return s;
  };
  ready("s1");
  CAF_CHECK_EQUAL(run(traced(complete_command("s1", 60), 'a')), "accepted");
  CAF_CHECK_EQUAL(run(traced(recap_command("s1"), 'b')), "accepted");
  const auto history = store->history("s1");
  for (const auto &e : history) {
    const bool before =
        e.type == "session.scheduled" || e.type == "participant.accepted";
    CAF_MESSAGE(e.type);
    CAF_CHECK_EQUAL(e.traceparent.empty(), before);
    if (e.type == "session.completed" || e.type == "session.paid")
      CAF_CHECK(e.traceparent.starts_with("00-b"));
  }
  CAF_CHECK_EQUAL(history.back().type, "session.paid");
}

CAF_TEST(that a session was missed is nobodys command) {
  ready("s1");
  // Received after the deadline, before the timer had its turn.
  auto late = complete_command("s1", 60);
  late.received_at = start + 73h;
  CAF_CHECK_EQUAL(run(late), "window-closed");
  auto asked = command("s1", "tutor:ann", wf::request_support{.message = "m"});
  asked.received_at = start + 73h;
  CAF_CHECK_EQUAL(run(asked), "accepted");
  const auto events = store->history("s1");
  CAF_REQUIRE_EQUAL(events.size(), 4u);
  CAF_CHECK_EQUAL(events[2].type, "session.missed");
  CAF_CHECK_EQUAL(events[2].by, "system:recapd");
  CAF_CHECK_EQUAL(events[2].command_id, "");
  CAF_CHECK_EQUAL(events[3].by, "tutor:ann");
  CAF_CHECK_EQUAL(events[3].command_id, asked.id);
}

CAF_TEST(whoever waits on a session that is killed is told) {
  schedule("s1");
  auto p = post(accept_command("s1"));
  // Let the command reach the session, then kill it before it is answered.
  hooks().before_append = [&] { kill_sessions(); };
  consume_messages();
  hooks().before_append = [] {};
  CAF_CHECK_EQUAL(p.word(), "unavailable");
  CAF_CHECK_EQUAL(complete("s1", 60), "accepted");
}

CAF_TEST(an idle session leaves and comes back) {
  schedule("s1");
  const auto before = hooks().sessions;
  pass(10min);
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
  CAF_CHECK_EQUAL(hooks().sessions, before + 1);
}

CAF_TEST(a resident session is not loaded again) {
  schedule("s1");
  const auto before = hooks().sessions;
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
  CAF_CHECK_EQUAL(hooks().sessions, before);
}

CAF_TEST(a timer on a session that does not exist does no harm) {
  bool done = false;
  caf::anon_send(
      node()->shard_of("ghost"),
      take_due{.session = "ghost",
               .done = reply<done_t>{[&](auto a) { done = a.has_value(); }}});
  consume_messages();
  CAF_CHECK(done);
}

CAF_TEST_FIXTURE_SCOPE_END()

namespace {
struct small_node : campus_fixture {
  small_node() : campus_fixture{1, {.max_resident_sessions = 4}} {}
};
}  // namespace

CAF_TEST_FIXTURE_SCOPE(resident_tests, small_node)

CAF_TEST(no more sessions stay than the bound allows) {
  for (int i = 0; i < 40; ++i)
    schedule("s" + std::to_string(i));
  CAF_CHECK_LESS(resident(), 10u);
  CAF_CHECK_EQUAL(accept("s0"), "accepted");
  CAF_CHECK_EQUAL(accept("s39"), "accepted");
}

CAF_TEST(a burst of sessions does not pass the bound either) {
  for (int i = 0; i < 300; ++i)
    post(schedule_command("b" + std::to_string(i)));
  consume_messages();
  CAF_CHECK_LESS(resident(), 10u);
}

CAF_TEST_FIXTURE_SCOPE_END()
