// However long the journal grows, nobody reads all of it.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_plans
#include <chrono>
#include <functional>
#include <thread>

#include "pg_fixture.hpp"

namespace {

struct fixture : raw_fixture {
  /// How often the journal was read as a whole by this work. What a backend has
  /// counted is there once it has ended.
  int whole_reads(const std::function<void(store &)> &work) {
    const auto count = [&] {
      while (raw.script("SELECT count(*) FROM pg_stat_activity WHERE pid <>"
                        " pg_backend_pid() AND datname = current_database()"
                        " AND backend_type = 'client backend'")
                 .number(0, 0)
             > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      return raw
          .script("SELECT seq_scan FROM pg_stat_user_tables"
                  " WHERE relname = 'journal'")
          .number(0, 0);
    };
    const auto before = count();
    work(*postgres::open_store(database.url()));
    return static_cast<int>(count() - before);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_plans_tests, fixture)

CAF_TEST(what is read of the journal is found by an index) {
  auto told = accepts("c1", moves("s1", 1, 2));
  told.events.back().notifications = "[]";
  CAF_REQUIRE_EQUAL(
      append(*s, {told, refuses("c2", "s1"), accepts("c1", moves("s2", 1))}),
      "ok ok duplicate_command");
  s.reset();
  const auto reads = whole_reads([](store &other) {
    CAF_CHECK_EQUAL(other.history("s1").size(), 2u);
    CAF_CHECK_EQUAL(other.list_notified("", 0, 9).size(), 1u);
    CAF_CHECK_EQUAL(other.list_notified("s1", 0, 9).size(), 1u);
    CAF_CHECK_EQUAL(other.refused_outcomes("s1", "", 9).size(), 1u);
    const auto feed = other.read_feed(0, 9);
    CAF_REQUIRE_EQUAL(feed.size(), 2u);
    const auto end = feed.back().position;
    CAF_CHECK_EQUAL(other.feed_end(), end);
    CAF_CHECK_EQUAL(other.count_feed(0, 9).readable, 2);
    CAF_CHECK_EQUAL(other.read_feed_of("s1", 0, end, 9).size(), 2u);
    CAF_CHECK(other.find_outcomes(std::vector<command_key>{{"app", "c1"}})[0]);
    CAF_CHECK_EQUAL(
        other.load_events(std::vector<session_version>{{"s1", 2}})[0].size(),
        2u);
    auto again = refuses("c9", "s1");
    again.asked_again = *refuses("c2", "s1").outcome;
    again.inbox_seq = 1;
    CAF_CHECK_EQUAL(append(other, {accepts("c3", moves("s1", 3)),
                                   accepts("c3", moves("s3", 1)), again}),
                    "ok duplicate_command ok");
  });
  CAF_CHECK_EQUAL(reads, 0);
  // One of its statements compares all of it with the sessions.
  CAF_CHECK_EQUAL(whole_reads([](store &other) { (void)other.check(); }), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
