// Migrations: once, by whoever comes first, and never over something else.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_schema
#include <atomic>
#include <thread>

#include "pg_fixture.hpp"
#include "storage/migrations.hpp"

CAF_TEST(programs that start together migrate once) {
  const pg_database fresh{"together"};
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < 4; ++n)
      threads.emplace_back([&] {
        try {
          migrate(fresh.url());
        } catch (const std::exception &) {
          ++failed;
        }
      });
  }
  CAF_CHECK_EQUAL(failed.load(), 0);
  const auto rows = postgres::connection{fresh.url()}.script(
      "SELECT version, name FROM schema_migrations ORDER BY version");
  CAF_REQUIRE_EQUAL(static_cast<std::size_t>(rows.size()), migrations().size());
  CAF_CHECK_EQUAL(rows.text(0, 1), "001_initial");
}

CAF_TEST(a newer database is refused and so is a changed migration) {
  const pg_database fresh{"newer"};
  migrate(fresh.url());
  postgres::connection raw{fresh.url()};
  raw.script("INSERT INTO schema_migrations VALUES (999, '999_later', 'x')");
  CAF_CHECK(has(refusal(fresh.url()), "version 999"));
  raw.script("DELETE FROM schema_migrations WHERE version = 999");
  CAF_CHECK_EQUAL(refusal(fresh.url()), "none");
  raw.script("UPDATE schema_migrations SET checksum = 'x'");
  CAF_CHECK(has(refusal(fresh.url()), "001_initial"));
  raw.script("INSERT INTO schema_migrations VALUES (999, '999_later', 'x')");
  CAF_CHECK(has(refusal(fresh.url()), "001_initial"));
}

CAF_TEST(a database that holds something else is refused and left alone) {
  const pg_database other{"other"};
  postgres::connection raw{other.url()};
  raw.script("CREATE TABLE sessions (mine int)");
  CAF_CHECK(has(refusal(other.url()), "sessions"));
  const auto rows =
      raw.script("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
                 " AND tablename IN ('journal', 'ledger')");
  CAF_CHECK_EQUAL(rows.number(0, 0), 0);
}

CAF_TEST(after a restore into another cluster the feed goes on) {
  auto &database = pg_database::emptied();
  const auto s = postgres::open_store(database.url());
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 1, 2)}), "ok");
  // Positions far above this cluster's transactions, as after a restore from
  // a cluster that had counted further.
  postgres::connection raw{database.url()};
  raw.script("UPDATE journal SET position = position + (5000000 << 16)");
  CAF_CHECK(s->read_feed(0, 10).empty());
  migrate(database.url());
  const auto old = s->read_feed(0, 10);
  CAF_REQUIRE_EQUAL(old.size(), 2u);
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 3)}), "ok");
  const auto fresh = s->read_feed(old.back().position, 10);
  CAF_REQUIRE_EQUAL(fresh.size(), 1u);
  CAF_CHECK_EQUAL(fresh[0].event.seq, 3);
  const auto shift = raw.script("SELECT shift FROM feed_epoch").number(0, 0);
  CAF_CHECK(shift > 0);
  migrate(database.url());
  CAF_CHECK_EQUAL(raw.script("SELECT shift FROM feed_epoch").number(0, 0),
                  shift);
}
