// Which stretch of its life a database is in, and what of the one before
// counts.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_epochs
#include "pg_fixture.hpp"
#include "storage/epochs.hpp"
#include "storage/postgres/connection_settings.hpp"
#include "storage/postgres/leases.hpp"

namespace {

struct fixture {
  pg_database &database = pg_database::emptied();
  std::shared_ptr<epoch_watch> watch = std::make_shared<epoch_watch>();
  std::string told;

  fixture() {
    watch->on_change([this](std::string why) { told += why + "\n"; });
  }

  [[nodiscard]] postgres::endpoint access() const {
    return {database.url(), std::chrono::milliseconds{0}, watch};
  }

  /// Makes it look as if the server had started since the last connection.
  void start_anew() {
    postgres::connection raw{database.url()};
    raw.script("UPDATE epochs SET started_at = started_at - interval '1 hour'"
               " WHERE token <> ''");
  }
};

template <class F> std::string refused(F f) {
  try {
    f();
  } catch (const std::exception &e) {
    return e.what();
  }
  return {};
}

const database_place here{.system = "1", .database = 5, .timeline = 3};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_epochs_tests, fixture)

CAF_TEST(a position belongs to the epoch in which it was given) {
  const epoch_list all{{{"", 0}, {"a", 100}, {"b", 200}}};
  CAF_CHECK_EQUAL(all.of(99), "");
  CAF_CHECK_EQUAL(all.of(100), "a");
  CAF_CHECK_EQUAL(all.of(199), "a");
  CAF_CHECK_EQUAL(all.of(7000), "b");
  CAF_CHECK_EQUAL(all.current(), "b");
}

CAF_TEST(who stood in a former epoch goes on before the next began) {
  const epoch_list all{{{"", 0}, {"a", 100}, {"b", 200}}};
  CAF_CHECK_EQUAL(all.find({"a", 150}).value_or(0), 150);
  CAF_CHECK_EQUAL(all.find({"a", 250}).value_or(0), 199);
  CAF_CHECK_EQUAL(all.find({"", 250}).value_or(0), 99);
  CAF_CHECK_EQUAL(all.find({"b", 250}).value_or(0), 250);
  CAF_CHECK(!all.find({"lost", 150}));
}

CAF_TEST(another database or an older timeline is refused) {
  CAF_CHECK(!watch->admit(here, "a"));
  auto other = here;
  other.system = "2";
  CAF_CHECK(watch->admit(other, "b").has_value());
  other = here;
  other.database = 6;
  CAF_CHECK(watch->admit(other, "b").has_value());
  other = here;
  other.timeline = 2;
  CAF_CHECK(watch->admit(other, "b").has_value());
  CAF_CHECK_EQUAL(watch->current(), "a");
  CAF_CHECK(told.empty());
}

CAF_TEST(a newer timeline is followed and told once) {
  CAF_CHECK(!watch->admit(here, "a"));
  auto promoted = here;
  promoted.timeline = 4;
  CAF_CHECK(!watch->admit(promoted, "b"));
  CAF_CHECK(!watch->admit(promoted, "b"));
  CAF_CHECK_EQUAL(told, "the database failed over to timeline 4\n");
  CAF_CHECK(watch->admit(here, "a").has_value());
}

CAF_TEST(all connections of one start of a server share an epoch) {
  const auto one = postgres::open_store(access());
  const auto other = postgres::open_store(access());
  CAF_CHECK(!one->epoch().empty());
  CAF_CHECK_EQUAL(one->epoch(), other->epoch());
  CAF_CHECK(told.empty());
}

CAF_TEST(a store ends with its epoch) {
  const auto s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1)}), "ok");
  start_anew();
  const auto next = postgres::open_store(access());
  CAF_CHECK_EQUAL(told, "the database was started anew\n");
  CAF_CHECK(!refused([&] { (void)s->history("a"); }).empty());
  CAF_CHECK(!refused([&] { (void)append(*s, {moves("a", 2)}); }).empty());
  CAF_CHECK_EQUAL(append(*next, {moves("a", 2)}), "ok");
}

CAF_TEST(events keep the epoch they were written in) {
  auto s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1)}), "ok");
  const auto first = s->epoch();
  start_anew();
  s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 2)}), "ok");
  const auto rows = s->read_feed(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 2u);
  CAF_CHECK_EQUAL(rows[0].epoch, first);
  CAF_CHECK_EQUAL(rows[1].epoch, s->epoch());
  CAF_CHECK(first != s->epoch());
}

CAF_TEST(events that were restored leave the database its own epoch) {
  auto s = postgres::open_store(access());
  const auto before = s->epoch();
  postgres::connection raw{database.url()};
  raw.script(
      "INSERT INTO epochs VALUES ('restored', 'x', 1, 1, now(),"
      " (pg_snapshot_xmax(pg_current_snapshot())::text::int8 - 1) << 16);"
      "INSERT INTO epochs VALUES ('', 'x', 2, 1, now(), 0)");
  watch = std::make_shared<epoch_watch>();
  s = postgres::open_store(access());
  CAF_CHECK(s->epoch() != before);
  CAF_CHECK(s->epoch() != "restored");
}

CAF_TEST(an epoch that was restored without events gets none) {
  auto s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1)}), "ok");
  // Positions far above this cluster's transactions, as after a restore from
  // a cluster that had counted further.
  postgres::connection raw{database.url()};
  raw.script("INSERT INTO epochs VALUES ('restored', 'x', 1, 1, now(),"
             " 5000000::int8 << 16)");
  migrate(database.url());
  watch = std::make_shared<epoch_watch>();
  s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 2)}), "ok");
  const auto rows = s->read_feed(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 2u);
  CAF_CHECK_EQUAL(rows[1].epoch, s->epoch());
  // Whoever stands in what was lost of it has not seen what came since.
  const auto from = s->find_in_feed({"restored", 6000000LL << 16});
  CAF_REQUIRE(from.has_value());
  CAF_CHECK_EQUAL(s->read_feed(*from, 10).size(), 1u);
}

CAF_TEST(who has seen what a database lost is sent all that came after) {
  auto s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1)}), "ok");
  const auto seen = s->read_feed(0, 10).back();
  // Far ahead: of transactions that are lost.
  const feed_place ahead{s->epoch(), seen.position + (1LL << 40)};
  CAF_CHECK(!s->find_in_feed(ahead));  // nothing was ever there
  CAF_CHECK(!s->find_in_feed({"gone", seen.position}));
  start_anew();
  s = postgres::open_store(access());
  CAF_CHECK_EQUAL(append(*s, {moves("a", 2)}), "ok");
  const auto from = s->find_in_feed(ahead);
  CAF_REQUIRE(from.has_value());
  const auto rest = s->read_feed(*from, 10);
  CAF_REQUIRE_EQUAL(rest.size(), 1u);
  CAF_CHECK_EQUAL(rest[0].event.seq, 2);
  CAF_CHECK_EQUAL(s->find_in_feed({seen.epoch, seen.position}).value_or(0),
                  seen.position);
}

CAF_TEST(what a live lease knows to be left behind is refused) {
  const auto leases = postgres::open_leases(access());
  heartbeat mine;
  mine.node = "one";
  mine.joining = true;
  CAF_CHECK(!leases->beat(mine).leased.empty());
  mine.joining = false;
  CAF_CHECK(!leases->beat(mine).leased.empty());
  CAF_REQUIRE(watch->place().has_value());
  const auto start = [&] {
    watch = std::make_shared<epoch_watch>();
    return refused([&] { (void)postgres::open_store(access()); });
  };
  CAF_CHECK_EQUAL(start(), "");
  postgres::connection raw{database.url()};
  for (const auto *change :
       {"timeline = timeline + 1", "system = '1'", "database = 1"}) {
    raw.script("CREATE TEMP TABLE was AS SELECT * FROM epochs;"
               "UPDATE epochs SET "
               + std::string{change} + " WHERE token <> ''");
    CAF_CHECK(start().starts_with("node one works on database "));
    raw.script("DELETE FROM epochs; INSERT INTO epochs SELECT * FROM was;"
               "DROP TABLE was");
  }
  // A server that was promoted is later than the lease; a lease that has run
  // out says nothing.
  raw.script("UPDATE epochs SET timeline = timeline - 1 WHERE token <> ''");
  CAF_CHECK_EQUAL(start(), "");
  raw.script("UPDATE epochs SET system = '1' WHERE token <> ''");
  CAF_CHECK(!start().empty());
  raw.script("UPDATE nodes SET expires_at = now()");
  CAF_CHECK_EQUAL(start(), "");
}

CAF_TEST(a request to drain leaves the epoch that a lease carries) {
  const auto leases = postgres::open_leases(access());
  heartbeat mine;
  mine.node = "one";
  mine.joining = true;
  (void)leases->beat(mine);
  CAF_CHECK(postgres::open_leases(database.url())->ask_to_drain("one"));
  postgres::connection raw{database.url()};
  CAF_CHECK_EQUAL(raw.script("SELECT epoch FROM nodes").text(0, 0),
                  watch->current());
}

CAF_TEST_FIXTURE_SCOPE_END()
