// Nodes that share the sessions by leases.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE sharing
#include "actors/sender_text.hpp"
#include "campus_fixture.hpp"

namespace {

/// Nodes `a`, `b`, …; none is there at first.
struct sharing_fixture : campus_fixture {
  sharing_fixture() : campus_fixture{0} {}

  void join(const auto &...names) {
    ((add_sharing_node(sys, names), beats()), ...);
  }
  /// A session that the node serves.
  std::string session_of(std::size_t i) {
    for (int n = 0;; ++n)
      if (auto id = "s" + std::to_string(n); node(i)->owned->leased(id))
        return id;
  }
  /// A command to a node as its engine would take it.
  pending forward(submission s, std::size_t to, bool given_up = false) {
    pending p;
    auto item = std::make_shared<work>();
    item->done = reply<outcome>{[got = p.got](auto a) { *got = std::move(a); }};
    item->what = std::move(s);
    item->given_up = given_up;
    caf::anon_send(node(to)->forwarder, take_work{std::move(item)});
    return p;
  }
  /// Nodes `a` and `b`, which know each other. What they relay comes nowhere,
  /// but is remembered.
  void join_two_that_relay() {
    relay = [this](const auto &to, const auto &what, const auto &done) {
      relayed.push_back({.to = to, .what = what, .done = done});
      return true;
    };
    join("a", "b");
    beats();
  }
  struct relayed_command {
    recapd::storage::other_node to;
    submission what;
    reply<outcome> done;
  };
  std::vector<relayed_command> relayed;
  void silence(std::size_t i) {
    caf::anon_send_exit(node(i)->lease_keeper, caf::exit_reason::user_shutdown);
    consume_messages();
  }
};

}  // namespace

CAF_TEST(what is leased is served until the lease runs out) {
  ownership::time_point now{};
  ownership o{[&] { return now; }};
  CAF_CHECK(o.leased_buckets().all());
  recapd::storage::bucket_set some;
  some.set(recapd::workflows::bucket_of("s1"));
  o.set(some, now + 10s);
  CAF_CHECK(o.leased_buckets() == some);
  CAF_CHECK(o.leased("s1"));
  now += 10s;
  CAF_CHECK(o.leased_buckets().none());
  CAF_CHECK(!o.leased("s1"));
  CAF_CHECK(o.assigned("s1"));
  CAF_CHECK(o.assigned_buckets() == some);
}

CAF_TEST_FIXTURE_SCOPE(sharing_tests, sharing_fixture)

CAF_TEST(one node serves everything and two share it) {
  join("a");
  CAF_CHECK_EQUAL(served(0), 1024u);
  join("b");
  CAF_CHECK_EQUAL(served(0), 512u);
  CAF_CHECK_EQUAL(served(1), 512u);
  CAF_CHECK(
      (node(0)->owned->assigned_buckets() & node(1)->owned->assigned_buckets())
          .none());
  join("c");
  CAF_CHECK_EQUAL(served(0) + served(1) + served(2), 1024u);
}

CAF_TEST(what is given up ends where it was and goes on at the other node) {
  join("a");
  for (int i = 0; i < 8; ++i)
    CAF_CHECK_EQUAL(schedule("s" + std::to_string(i)), "accepted");
  CAF_CHECK_EQUAL(resident(0), 8u);
  join("b");
  const auto moved = session_of(1);
  CAF_CHECK(resident(0) < 8u);
  CAF_CHECK_EQUAL(accept(moved, 1), "accepted");
}

CAF_TEST(a shard with work under way is released when that is done) {
  join("a");
  const auto p = post(schedule_command("s1"));
  CAF_CHECK(!p.answered());
  join("b");
  CAF_CHECK_EQUAL(p.word(), "accepted");
}

CAF_TEST(what is kept after all is not released by an earlier drain) {
  join("a");
  std::vector<drain_buckets> drains;
  auto busy = sys.spawn([&drains]() -> shard_ref::behavior_type {
    return {[](take_work &) {}, [](take_due &) {},
            [&drains](drain_buckets &m) { drains.push_back(std::move(m)); },
            [](child_gone &) {}, [](look_for_idle) {}};
  });
  for (auto &shard : const_cast<node_context &>(*node(0)).shards)
    caf::anon_send_exit(std::exchange(shard, busy),
                        caf::exit_reason::user_shutdown);
  join("b");
  auto earlier = std::exchange(drains, {});
  CAF_CHECK(!earlier.empty());
  leases->table.members.at("b").expires_at = lease_time;
  silence(1);
  beats();
  CAF_CHECK_EQUAL(served(0), 1024u);
  join("c");
  CAF_CHECK_EQUAL(served(0), 512u);
  earlier.clear();
  beats();
  CAF_CHECK_EQUAL(served(2), 0u);
  drains.clear();
  beats();
  CAF_CHECK_EQUAL(served(2), 512u);
}

CAF_TEST(what a silent node served goes to the others and it drops its actors) {
  join("a", "b");
  const auto lost = session_of(0);
  CAF_CHECK_EQUAL(schedule(lost, 0), "accepted");
  leases->table.members.at("a").expires_at = lease_time;
  silence(0);
  beats();
  CAF_CHECK_EQUAL(served(1), 1024u);
  CAF_CHECK_EQUAL(accept(lost, 1), "accepted");
  // Node a still believes in its lease; the store refuses its commit.
  CAF_CHECK_EQUAL(run(accept_command(lost), 0), "wrong-state");
  CAF_CHECK(store->check().empty());
}

CAF_TEST(timers go with their sessions) {
  join("a");
  const std::size_t all = 20;
  for (std::size_t i = 0; i < all; ++i)
    schedule("s" + std::to_string(i));
  join("b");
  leases->table.members.at("a").expires_at = lease_time;
  for (const auto &actor : actors_of(*node(0)))
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  beats();
  CAF_CHECK_EQUAL(served(1), 1024u);
  time->set(start + 72h + 1s);
  beats(2);
  for (std::size_t i = 0; i < all; ++i)
    CAF_CHECK_EQUAL(state("s" + std::to_string(i)), "missed");
}

CAF_TEST(what failed to fire is left to the node that has the shard now) {
  join("a", "b");
  const auto lost = session_of(0);
  schedule(lost, 0);
  hooks(0).before_append = fails(recapd::storage::fault::unavailable, always);
  time->set(start + 72h + 1s);
  pass(500ms);
  CAF_CHECK_EQUAL(state(lost), "scheduled");
  auto &table = leases->table;
  for (int shard = 0; shard < table.shards; ++shard)
    table.holders[shard] = "b";
  table.members.at("a").draining = true;
  beats(1);
  CAF_CHECK_EQUAL(served(0), 0u);
  const auto loaded = hooks(0).sessions;
  beats();
  CAF_CHECK_EQUAL(hooks(0).sessions, loaded);
  CAF_CHECK_EQUAL(state(lost), "missed");
}

CAF_TEST(a command of another nodes session is handed over by the inbox) {
  join("a", "b");
  const auto theirs = session_of(1);
  const auto command = schedule_command(theirs);
  const auto p = forward(command, 0);
  consume_messages();
  CAF_CHECK(!p.answered());
  const auto rows = store->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK_EQUAL(rows[0].event, node(0)->as_event(command));
  CAF_CHECK(rows[0].received_at == command.received_at);
  auto taken = command;
  taken.inbox_seq = rows[0].seq;
  CAF_CHECK_EQUAL(run(taken, 1), "accepted");
  pass(250ms, 5);
  CAF_CHECK_EQUAL(p.word(), "accepted");

  const auto again = forward(command, 0);
  consume_messages();
  CAF_CHECK_EQUAL(again.word(), "duplicate");
  auto other = accept_command(theirs);
  other.id = command.id;
  const auto reused = forward(other, 0);
  consume_messages();
  CAF_CHECK_EQUAL(reused.word(), "id-reused");
  CAF_CHECK(store->read_inbox(0, 10).empty());
}

CAF_TEST(a command of another nodes session is relayed to it) {
  join_two_that_relay();
  const auto command = schedule_command(session_of(1));
  const auto p = forward(command, 0);
  consume_messages();
  CAF_REQUIRE_EQUAL(relayed.size(), 1u);
  CAF_CHECK_EQUAL(relayed[0].to.address, "b");
  CAF_CHECK_EQUAL(relayed[0].to.secret, "secret of b");
  CAF_CHECK_EQUAL(relayed[0].what.id, command.id);
  CAF_CHECK(!p.answered());
  outcome done;
  done.accepted = true;
  relayed[0].done(done);
  CAF_CHECK_EQUAL(p.word(), "accepted");
  CAF_CHECK(store->read_inbox(0, 10).empty());
}

CAF_TEST(a relayed command without an answer goes by the inbox) {
  join_two_that_relay();
  const auto command = schedule_command(session_of(1));
  const auto p = forward(command, 0);
  consume_messages();
  relayed[0].done(recapd::storage::fault::unavailable);
  consume_messages();
  const auto rows = store->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  auto taken = command;
  taken.inbox_seq = rows[0].seq;
  CAF_CHECK_EQUAL(run(taken, 1), "accepted");
  pass(250ms, 5);
  CAF_CHECK_EQUAL(p.word(), "accepted");
}

CAF_TEST(a command that is not sent to its node goes by the inbox) {
  relay = [](const auto &, const auto &, const auto &) { return false; };
  join("a", "b");
  beats();
  const auto command = schedule_command(session_of(1));
  CAF_CHECK_EQUAL(run(command, 1), "accepted");
  const auto p = forward(command, 0);
  consume_messages();
  // The clock stands: it is a duplicate all the same.
  CAF_CHECK_EQUAL(p.word(), "duplicate");
}

CAF_TEST(a relayed command that was decided is no duplicate of itself) {
  join_two_that_relay();
  const auto command = schedule_command(session_of(1));
  const auto p = forward(command, 0);
  consume_messages();
  auto there = command;
  there.relayed = true;
  CAF_CHECK_EQUAL(run(there, 1), "accepted");
  auto later = command;
  later.received_at += 1s;
  const auto again = forward(later, 0);
  consume_messages();
  relayed.clear();
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "accepted");
  CAF_CHECK_EQUAL(again.word(), "duplicate");
  CAF_CHECK(store->read_inbox(0, 10).empty());
}

CAF_TEST(of copies that go by the inbox together one is no duplicate) {
  join("a", "b");
  const auto command = schedule_command(session_of(1));
  auto later = command;
  later.received_at += 1s;
  const std::vector copies{forward(command, 0), forward(command, 0),
                           forward(later, 0)};
  consume_messages();
  for (const auto &row : store->read_inbox(0, 10)) {
    auto taken = command;
    taken.received_at = row.received_at;
    taken.inbox_seq = row.seq;
    (void)run(taken, 1);
  }
  pass(250ms, 5);
  std::string words;
  for (const auto &p : copies)
    words += p.word() + " ";
  CAF_CHECK_EQUAL(words, "accepted duplicate duplicate ");
}

CAF_TEST(a relayed command is not relayed on) {
  join_two_that_relay();
  auto command = schedule_command(session_of(1));
  command.relayed = true;
  const auto p = forward(command, 0);
  const auto nobody_waits = forward(schedule_command(session_of(1)), 0, true);
  consume_messages();
  CAF_CHECK(relayed.empty());
  CAF_CHECK_EQUAL(store->read_inbox(0, 10).size(), 1u);
}

CAF_TEST(a command of a session that no node serves goes by the inbox) {
  join_two_that_relay();
  const auto theirs = session_of(1);
  leases->table.members.at("b").expires_at = lease_time;
  silence(1);
  beats(1);
  leases->table.holders.clear();
  node(0)->owned->set({}, ownership::time_point::max());
  node(0)->owned->set_others({}, 64);
  const auto p = forward(schedule_command(theirs), 0);
  consume_messages();
  CAF_CHECK(relayed.empty());
  CAF_CHECK_EQUAL(store->read_inbox(0, 10).size(), 1u);
}

CAF_TEST(a command for which nobody waits is not handed over) {
  join("a");
  const auto p = forward(schedule_command("s1"), 0, true);
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "unavailable");
  CAF_CHECK(store->read_inbox(0, 10).empty());
}

CAF_TEST(
    a command that is handed over stays its senders and in its programmes) {
  join("a", "b");
  auto command = schedule_command(session_of(1));
  command.scope = "tutor:ann";
  command.programs.only = {"day", "night"};
  command.content = {0xC0, 0x4E};
  const auto p = forward(command, 0);
  consume_messages();
  const auto rows = store->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  auto taken = command;
  taken.scope.reset();
  taken.programs = {};
  taken.content = {};
  CAF_REQUIRE(take_sender(taken, rows[0].sender));
  CAF_CHECK_EQUAL(taken.scope.value_or("none"), "tutor:ann");
  CAF_CHECK(taken.programs == command.programs);
  CAF_CHECK(taken.content == command.content);
  taken.inbox_seq = rows[0].seq;
  CAF_CHECK_EQUAL(run(taken, 1), "accepted");
  pass(250ms, 5);
  CAF_CHECK_EQUAL(p.word(), "accepted");
  for (const auto *text :
       {"", "{}", "[]", R"({"scope":1})", R"({"scope":"","programs":"day"})",
        R"({"scope":"","content":7})", R"({"scope":"","content":"c0"})",
        R"({"scope":"","content":"xyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxy"})"})
    CAF_CHECK(!take_sender(taken, text));
}

CAF_TEST(a command that nobody takes is answered in the end) {
  join("a");
  const auto p = forward(schedule_command("s1"), 0);
  consume_messages();
  pass(250ms, 130);
  CAF_CHECK_EQUAL(p.word(), "outcome_unknown");
}

CAF_TEST(a node that was asked to drain is told once) {
  join("a", "b");
  leases->table.members.at("a").draining = true;
  beats();
  CAF_CHECK_EQUAL(told_to_leave.size(), 1u);
  CAF_CHECK_EQUAL(served(0), 0u);
  CAF_CHECK_EQUAL(served(1), 1024u);
}

CAF_TEST(a node that drains hands over what is at rest at once) {
  join("a", "b");
  const auto busy = session_of(0);
  const auto p = post(schedule_command(busy), 0);
  caf::anon_send(node(0)->lease_keeper, leave_now{});
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "accepted");
  CAF_CHECK_EQUAL(served(0), 0u);
  CAF_CHECK(leases->table.members.at("a").draining);
  beats(2);
  CAF_CHECK_EQUAL(served(1), 1024u);
  CAF_CHECK_EQUAL(accept(busy, 1), "accepted");
  // A node that leaves by itself is not told to leave.
  CAF_CHECK(told_to_leave.empty());
  // A node that leaves takes no shard, even where no other node is left.
  silence(1);
  leave(leases->table, "b", "b");
  beats(2);
  CAF_CHECK_EQUAL(served(0), 0u);
}

CAF_TEST(a node whose name was taken serves nothing) {
  join("a");
  leases->table.members.at("a").incarnation = "later";
  beats();
  CAF_CHECK_EQUAL(told_to_leave.size(), 1u);
  CAF_CHECK_EQUAL(served(0), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
