// Several writers at once.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_writers
#include <atomic>
#include <barrier>
#include <map>
#include <thread>

#include "pg_fixture.hpp"
#include "storage/postgres/holder.hpp"

namespace {

/// Sessions `PREFIX-N` that each raise two of eight counters by 10 of 200,
/// named in another order by each writer.
std::vector<commit> claims(const std::string &prefix, int count, bool reverse) {
  std::vector<commit> out;
  for (int i = 0; i < count; ++i) {
    const auto first = week("t" + std::to_string(i % 8));
    const auto second = week("t" + std::to_string((i + 3) % 8));
    auto c = moves(prefix + "-" + std::to_string(i), 1);
    c = raises(c, reverse ? second : first, 10, 200);
    c = raises(c, reverse ? first : second, 10, 200);
    out.push_back(c);
  }
  if (reverse) std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_writers_tests, pg_fixture)

CAF_TEST(writers on the same counters never pass the cap and never deadlock) {
  constexpr int writers = 4;
  constexpr int rounds = 20;
  std::atomic<int> written{0};
  std::atomic<int> trouble{0};
  std::barrier together{writers};
  std::vector<std::jthread> threads;
  for (int n = 0; n < writers; ++n)
    threads.emplace_back([&, n] {
      const auto mine = postgres::open_store(database.url());
      for (int round = 0; round < rounds; ++round) {
        together.arrive_and_wait();
        try {
          const auto answers = mine->append(claims(
              std::to_string(n) + "-" + std::to_string(round), 8, n % 2 == 1));
          for (const auto &answer : answers) {
            if (!answer) ++written;
            if (answer && *answer != fault::limit_conflict) ++trouble;
          }
        } catch (const storage_error &) {
          ++trouble;
        }
      }
    });
  threads.clear();
  CAF_CHECK_EQUAL(trouble.load(), 0);
  std::int64_t sum = 0;
  for (int t = 0; t < 8; ++t) {
    const auto used =
        s->load_usage(std::vector{week("t" + std::to_string(t))})[0];
    CAF_CHECK(used <= 200);
    sum += used;
  }
  CAF_CHECK_EQUAL(sum, written.load() * 20);
  CAF_CHECK_EQUAL(s->read_feed(0, 10000).size(),
                  static_cast<std::size_t>(written.load()));
  CAF_CHECK(written.load() >= 70);
  const auto deadlocks = postgres::connection{database.url()}.script(
      "SELECT deadlocks FROM pg_stat_database"
      " WHERE datname = current_database()");
  CAF_CHECK_EQUAL(deadlocks.number(0, 0), 0);
}

CAF_TEST(of two owners of a session one moves it) {
  std::atomic<int> moved{0};
  std::barrier together{2};
  const auto owner = [&] {
    const auto mine = postgres::open_store(database.url());
    for (int seq = 1; seq <= 50; ++seq) {
      together.arrive_and_wait();
      const auto answer = append(*mine, {moves("s1", seq)});
      if (answer == "ok") ++moved;
    }
  };
  {
    std::jthread one{owner};
    std::jthread other{owner};
  }
  CAF_CHECK_EQUAL(moved.load(), 50);
  CAF_CHECK_EQUAL(s->history("s1").size(), 50u);
}

CAF_TEST(the feed waits for a transaction that began earlier) {
  postgres::connection slow{database.url()};
  std::size_t before = 1;
  slow.in_transaction([&] {
    // A place in the feed, taken and not yet committed.
    slow.script("INSERT INTO journal (session_id, bucket, before, version, at,"
                " who, position, draw, events) SELECT 'slow', 0, 0, 1, now(),"
                " 'system:sis', (pg_current_xact_id()::text::bigint + shift)"
                " << 16, 1, E'x\\t\\t{}' FROM feed_epoch");
    auto fast = moves("fast", 1);
    fast.events.front().notifications = "[]";
    CAF_CHECK_EQUAL(append(*s, {fast}), "ok");
    before = s->read_feed(0, 10).size();
    CAF_CHECK_EQUAL(s->feed_end(), 0);
    CAF_CHECK_EQUAL(s->count_feed(0, 10).readable, 0);
    CAF_CHECK_EQUAL(s->count_feed(0, 10).held_back, 1);
    CAF_CHECK_EQUAL(s->list_notified({}, 0, 10).size(), 1u);
  });
  CAF_CHECK_EQUAL(before, 0u);
  const auto both = s->read_feed(0, 10);
  CAF_REQUIRE_EQUAL(both.size(), 2u);
  CAF_CHECK_EQUAL(both[0].session, "slow");
  CAF_CHECK_EQUAL(both[1].session, "fast");
}

CAF_TEST(the feed does not wait for another databases transaction) {
  postgres::connection stranger{pg_database::server()};
  stranger.in_transaction([&] {
    stranger.script("SELECT pg_current_xact_id()");
    CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
    CAF_CHECK_EQUAL(s->read_feed(0, 10).size(), 1u);
    CAF_CHECK_EQUAL(s->count_feed(0, 10).held_back, 0);
    CAF_CHECK(s->feed_end() > 0);
  });
}

CAF_TEST(who holds the feed back is named) {
  const auto holders = open_feed_holders(database.url());
  postgres::connection slow{database.url()};
  const auto pid = slow.script("SELECT pg_backend_pid()").text(0, 0);
  slow.in_transaction([&] {
    const auto id = slow.script("SELECT pg_current_xact_id()").text(0, 0);
    CAF_CHECK(!holders->look().has_value());
    CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
    const auto found = holders->look();
    CAF_REQUIRE(found.has_value());
    CAF_CHECK_EQUAL(found->transaction, id);
    CAF_CHECK(found->who.starts_with("process " + pid + " of user "));
    CAF_CHECK(found->who.find(" in database " + database.name())
              != std::string::npos);
    CAF_CHECK(found->age.has_value());
  });
  CAF_CHECK(!holders->look().has_value());
}

CAF_TEST(no event is passed over whatever is open and however it is written) {
  constexpr int writers = 6;
  constexpr int each = 60;
  std::atomic<int> left{writers};
  postgres::connection stranger{pg_database::server()};
  stranger.script("BEGIN");
  stranger.script("SELECT pg_current_xact_id()");
  std::vector<std::jthread> threads;
  for (int n = 0; n < writers; ++n)
    threads.emplace_back([&, n] {
      const auto session = "w" + std::to_string(n);
      const auto mine = postgres::open_store(database.url());
      postgres::connection slow{database.url()};
      for (int seq = 1; seq <= each; ++seq) {
        if (n % 2 == 0) {
          CAF_CHECK_EQUAL(append(*mine, {moves(session, seq)}), "ok");
          continue;
        }
        // A place is taken long before the row is written, and committed after
        // that: others' ids come in between.
        slow.in_transaction([&] {
          slow.script("SELECT pg_current_xact_id()");
          slow.script("SELECT pg_sleep(random() * 0.01)");
          slow.script(
              "INSERT INTO journal (session_id, bucket, before, version, at,"
              " who, position, draw, events) SELECT '"
              + session + "', 0, " + std::to_string(seq - 1) + ", "
              + std::to_string(seq)
              + ", now(), 'system:sis', (pg_current_xact_id()::text::bigint"
                " + shift) << 16, 1, E'x\\t\\t{}' FROM feed_epoch");
          slow.script("SELECT pg_sleep(random() * 0.01)");
        });
      }
      --left;
    });
  std::map<std::string, int> read;
  std::int64_t after = 0;
  for (bool last = false; !last;) {
    last = left == 0;
    for (auto page = s->read_feed(after, 7); !page.empty();
         page = s->read_feed(after, 7))
      for (const auto &row : page) {
        CAF_CHECK(row.position > after);
        after = row.position;
        CAF_CHECK_EQUAL(row.event.seq, ++read[row.session]);
      }
  }
  stranger.script("ROLLBACK");
  CAF_CHECK_EQUAL(read.size(), std::size_t{writers});
  for (const auto &[session, count] : read)
    CAF_CHECK_EQUAL(count, each);
}

CAF_TEST(nodes that start together agree on the policys version) {
  std::barrier together{4};
  std::array<int, 4> versions{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t n = 0; n < 4; ++n)
      threads.emplace_back([&, n] {
        const auto mine = postgres::open_store(database.url());
        together.arrive_and_wait();
        versions[n] = mine->save_policy({.body = "{}"}).newest;
      });
  }
  CAF_CHECK(versions == (std::array<int, 4>{1, 1, 1, 1}));
}

CAF_TEST_FIXTURE_SCOPE_END()
