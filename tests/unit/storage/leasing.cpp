// Who holds which shard, in both stores.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE leasing
#include <future>
#include <rapidcheck.h>

#include "storage/memory/leases.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/leases.hpp"
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::postgres;
using namespace recapd::storage::test;
using namespace std::chrono_literals;

namespace {

/// With a clock to move: PostgreSQL's own cannot be, so a silent node is one
/// whose heartbeat had no expiry.
void with_each_lease_store(const std::function<void(lease_store &)> &body) {
  auto now = std::make_shared<instant>(at(0));
  const auto memory = std::make_unique<memory::leases>(
      std::make_shared<memory::shared_leases>(), [now] { return *now += 1us; });
  body(*memory);
  const auto pg = postgres::open_leases(pg_database::emptied().url());
  body(*pg);
}

#define LEASE_TEST(name)                                                       \
  TEST_WITH_EACH(with_each_lease_store, lease_store &s, name)

heartbeat from(const std::string &node, bool joining = false,
               const std::string &incarnation = "1") {
  return {.node = node,
          .incarnation = incarnation,
          .address = "http://127.0.0.1:1",
          .expiry = 10s,
          .joining = joining,
          .leaving = false};
}

/// The first heartbeat of a node that reads NATS.
heartbeat reader(const std::string &node, int partitions) {
  auto h = from(node, true);
  h.partitions = partitions;
  return h;
}

/// What set_shards says; `done`, or `wrong` where it says nothing.
std::string reshard(lease_store &s, int shards) {
  try {
    return s.set_shards(shards) ? "done" : "wrong";
  } catch (const few_partitions &e) {
    return e.what();
  }
}

std::size_t leased(lease_store &s, const std::string &node) {
  return s.beat(from(node)).leased.size();
}

/// Beats until everybody has the share that is theirs.
void settle(lease_store &s, const std::vector<std::string> &nodes) {
  for (int round = 0; round < 3; ++round)
    for (const auto &n : nodes) {
      auto h = from(n);
      h.released = s.beat(h).surplus;
      (void)s.beat(h);
    }
}

}  // namespace

LEASE_TEST(the first node holds everything at once) {
  const auto t = s.beat(from("a", true));
  CAF_CHECK_EQUAL(t.shards, 64);
  CAF_CHECK_EQUAL(t.leased.size(), 64u);
  CAF_CHECK(t.surplus.empty());
  CAF_CHECK(!t.drain);
}

LEASE_TEST(a node that joins gets what the others release) {
  (void)s.beat(from("a", true));
  CAF_CHECK(s.beat(from("b", true)).leased.empty());
  const auto t = s.beat(from("a"));
  CAF_CHECK_EQUAL(t.leased.size(), 64u);
  CAF_CHECK_EQUAL(t.surplus.size(), 32u);
  // A surplus shard stays its node's until it is released.
  CAF_CHECK(s.beat(from("b")).leased.empty());
  settle(s, {"a", "b"});
  CAF_CHECK_EQUAL(leased(s, "a"), 32u);
  CAF_CHECK_EQUAL(leased(s, "b"), 32u);
  (void)s.beat(from("c", true));
  settle(s, {"a", "b", "c"});
  CAF_CHECK_EQUAL(leased(s, "a"), 22u);
  CAF_CHECK_EQUAL(leased(s, "b"), 21u);
  CAF_CHECK_EQUAL(leased(s, "c"), 21u);
}

LEASE_TEST(a node is told of the others that take its commands) {
  auto a = from("a", true);
  a.secret = "secret of a";
  CAF_CHECK(s.beat(a).others.empty());
  CAF_CHECK_EQUAL(s.beat(from("b", true)).others.size(), 1u);
  settle(s, {"b"});
  a.joining = false;
  a.released = s.beat(a).surplus;
  (void)s.beat(a);
  const auto told = s.beat(from("b"));
  CAF_REQUIRE_EQUAL(told.others.size(), 1u);
  CAF_CHECK_EQUAL(told.others[0].address, "http://127.0.0.1:1");
  CAF_CHECK_EQUAL(told.others[0].secret, "secret of a");
  std::vector<int> all = told.leased;
  all.insert(all.end(), told.others[0].shards.begin(),
             told.others[0].shards.end());
  std::sort(all.begin(), all.end());
  for (int i = 0; i < 64; ++i)
    CAF_CHECK_EQUAL(all.at(static_cast<std::size_t>(i)), i);
  // Node b has no secret: it takes commands by the database only.
  a.released.clear();
  CAF_CHECK(s.beat(a).others.empty());
  auto anew = from("a", true, "2");
  anew.secret = "another";
  (void)s.beat(anew);
  const auto told_anew = s.beat(from("b"));
  CAF_CHECK_EQUAL(told_anew.others.at(0).secret, "another");
  anew.expiry = 0ms;
  (void)s.beat(anew);
  CAF_CHECK(s.beat(from("b")).others.empty());
}

LEASE_TEST(what a silent node had goes to the others) {
  auto silent = from("a", true);
  silent.expiry = 0ms;
  CAF_CHECK_EQUAL(s.beat(silent).leased.size(), 0u);
  silent.expiry = 10s;
  CAF_CHECK_EQUAL(s.beat(silent).leased.size(), 64u);
  silent.expiry = 0ms;
  (void)s.beat(silent);
  CAF_CHECK_EQUAL(s.beat(from("b", true)).leased.size(), 64u);
  // Node a comes back, and is told that it has no shard any more.
  CAF_CHECK(s.beat(from("a")).leased.empty());
}

LEASE_TEST(a process that starts anew has what its name had) {
  (void)s.beat(from("a", true, "1"));
  CAF_CHECK_EQUAL(s.beat(from("a", true, "2")).leased.size(), 64u);
  bool refused = false;
  try {
    (void)s.beat(from("a", false, "1"));
  } catch (const name_taken &) {
    refused = true;
  }
  CAF_CHECK(refused);
  s.leave("a", "1");  // too late to say
  CAF_CHECK_EQUAL(s.beat(from("a", false, "2")).leased.size(), 64u);
}

LEASE_TEST(a node that leaves gives up everything when it is at rest) {
  (void)s.beat(from("a", true));
  (void)s.beat(from("b", true));
  settle(s, {"a", "b"});
  CAF_CHECK(!s.ask_to_drain("nobody"));
  CAF_CHECK(s.ask_to_drain("a"));
  const auto t = s.beat(from("a"));
  CAF_CHECK(t.drain);
  CAF_CHECK_EQUAL(t.surplus.size(), 32u);
  CAF_CHECK_EQUAL(leased(s, "b"), 32u);
  s.leave("a", "1");
  CAF_CHECK_EQUAL(leased(s, "b"), 64u);
  CAF_CHECK_EQUAL(s.look().first.members.size(), 1u);
}

LEASE_TEST(shards are split and joined while nodes run) {
  (void)s.beat(from("a", true));
  (void)s.beat(from("b", true));
  settle(s, {"a", "b"});
  for (const auto wrong : {0, -4, 3, 2048})
    CAF_CHECK(!s.set_shards(wrong));
  CAF_CHECK(s.set_shards(256));
  const auto t = s.beat(from("a"));
  CAF_CHECK_EQUAL(t.shards, 256);
  CAF_CHECK_EQUAL(t.leased.size(), 128u);
  CAF_CHECK(t.surplus.empty());
  CAF_CHECK(s.set_shards(1));
  CAF_CHECK_EQUAL(leased(s, "a") + leased(s, "b"), 1u);
}

LEASE_TEST(shards are not split beyond the partitions that a node reads) {
  (void)s.beat(from("a", true));
  (void)s.beat(reader("b", 256));
  CAF_CHECK_EQUAL(reshard(s, 256), "done");
  const auto told = reshard(s, 512);
  CAF_CHECK(told.find("node b reads 256 partitions") != std::string::npos);
  CAF_CHECK(told.find("ingress.nats_partitions") != std::string::npos);
  const auto split = s.look().first;
  CAF_CHECK_EQUAL(split.shards, 256);
  CAF_CHECK_EQUAL(split.members.at("b").partitions, 256);
  // Heartbeats do not forget it; another process of that name says anew.
  (void)s.beat(from("a"));
  auto later = reader("b", 256);
  later.joining = false;
  (void)s.beat(later);
  CAF_CHECK(reshard(s, 512) != "done");
  later = reader("b", 1024);
  later.incarnation = "2";
  (void)s.beat(later);
  CAF_CHECK_EQUAL(reshard(s, 512), "done");
  CAF_CHECK_EQUAL(reshard(s, 3), "wrong");
  CAF_CHECK_EQUAL(reshard(s, 1), "done");
}

LEASE_TEST(a node that is gone or silent does not bound the shards) {
  (void)s.beat(reader("a", 64));
  CAF_CHECK(reshard(s, 128) != "done");
  s.leave("a", "1");
  CAF_CHECK_EQUAL(reshard(s, 128), "done");
  auto silent = reader("b", 64);
  silent.expiry = 0ms;
  (void)s.beat(silent);
  CAF_CHECK_EQUAL(reshard(s, 256), "done");
}

LEASE_TEST(a node that says it leaves takes nothing and keeps what is busy) {
  (void)s.beat(from("a", true));
  (void)s.beat(from("b", true));
  settle(s, {"a", "b"});
  auto leaving = from("a");
  leaving.leaving = true;
  auto t = s.beat(leaving);
  CAF_CHECK(t.drain);
  CAF_CHECK_EQUAL(t.surplus.size(), 32u);
  leaving.released = {t.surplus.begin(), t.surplus.end() - 1};
  t = s.beat(leaving);
  CAF_CHECK_EQUAL(t.leased.size(), 1u);
  CAF_CHECK_EQUAL(leased(s, "b"), 63u);
  // Not even what nobody else holds.
  s.leave("b", "1");
  CAF_CHECK_EQUAL(s.beat(leaving).leased.size(), 1u);
  // A new process of that name stays.
  CAF_CHECK_EQUAL(s.beat(from("a", true, "2")).leased.size(), 64u);
}

CAF_TEST(a lease that is being renewed is not taken over) {
  const auto &database = pg_database::emptied();
  const auto a = postgres::open_leases(database.url());
  const auto b = postgres::open_leases(database.url());
  auto brief = from("a", true);
  brief.expiry = 300ms;
  (void)a->beat(brief);
  (void)b->beat(from("b", true));
  // A renewal that takes until after the old expiry.
  postgres::connection renewing{database.url()};
  std::future<heartbeat_answer> other;
  renewing.in_transaction([&] {
    renewing.script("UPDATE nodes SET expires_at = clock_timestamp()"
                    " + interval '10s' WHERE name = 'a'");
    renewing.script("SELECT pg_sleep(0.4)");
    other = std::async(std::launch::async, [&] { return b->beat(from("b")); });
    renewing.script("SELECT pg_sleep(0.2)");
  });
  CAF_CHECK(other.get().leased.empty());
  CAF_CHECK_EQUAL(a->beat(from("a")).leased.size(), 64u);
}

CAF_TEST(a heartbeat that changes nothing else is one statement) {
  const auto &database = pg_database::emptied();
  const auto a = postgres::open_leases(database.url());
  (void)a->beat(from("a", true));
  postgres::connection other{database.url()};
  other.in_transaction([&] {
    // Whoever changes anything takes this lock.
    other.script("SELECT pg_advisory_xact_lock(7236218450113)");
    CAF_CHECK_EQUAL(a->beat(from("a")).leased.size(), 64u);
  });
  const auto [table, now] = a->look();
  CAF_CHECK(table.members.at("a").expires_at > now + 9s);
}

CAF_TEST(whatever nodes do in the end every shard is leased and shared) {
  CAF_CHECK(rc::check("leases", [] {
    const std::vector<std::string> names{"a", "b", "c", "d"};
    lease_table t;
    instant now = at(0);
    std::map<std::string, std::vector<int>> surplus;
    std::set<std::string> joined;
    const auto turns = *rc::gen::container<std::vector<int>>(
        *rc::gen::inRange(1, 60), rc::gen::inRange(0, 1000));
    for (const auto roll : turns) {
      const auto &name = names[static_cast<std::size_t>(roll) % names.size()];
      now += std::chrono::seconds{roll % 13};
      if (roll % 17 == 0)
        (void)recapd::storage::reshard(t, 1 << (roll % 11), now);
      if (roll % 19 == 0) {
        leave(t, name, "1");
        joined.erase(name);
        continue;
      }
      auto h = from(name, joined.insert(name).second);
      h.released = surplus[name];
      const auto told = beat(t, h, now);
      surplus[name] = told.surplus;
      for (const auto s : told.leased) {
        RC_ASSERT(s < t.shards);
        RC_ASSERT(t.holders.at(s) == name);
      }
    }
    if (joined.empty()) return;
    for (int round = 0; round < 4; ++round)
      for (const auto &name : joined) {
        auto h = from(name);
        h.released = surplus[name];
        surplus[name] = beat(t, h, now += 1s).surplus;
      }
    RC_ASSERT(static_cast<int>(t.holders.size()) == t.shards);
    std::map<std::string, int> counts;
    for (const auto &[shard, holder] : t.holders)
      ++counts[holder];
    for (const auto &[name, count] : counts)
      RC_ASSERT(count <= t.shards / static_cast<int>(joined.size()) + 1);
  }));
}
