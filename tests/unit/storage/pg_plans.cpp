// However long the journal grows, nobody reads all of it.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_plans
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include "pg_fixture.hpp"

namespace {

struct fixture : raw_fixture {
  /// What the tables have counted. What a backend has counted is there once it
  /// has ended.
  std::int64_t counted(const std::string &what, const std::string &table) {
    while (raw.script("SELECT count(*) FROM pg_stat_activity WHERE pid <>"
                      " pg_backend_pid() AND datname = current_database()"
                      " AND backend_type = 'client backend'")
               .number(0, 0)
           > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return raw
        .script("SELECT " + what + " FROM pg_stat_user_tables WHERE relname = '"
                + table + "'")
        .number(0, 0);
  }

  /// How often the journal was read as a whole by this work.
  int whole_reads(const std::function<void(store &)> &work) {
    const auto before = counted("seq_scan", "journal");
    work(*postgres::open_store(database.url()));
    return static_cast<int>(counted("seq_scan", "journal") - before);
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
    CAF_CHECK_EQUAL(other.list_notified({}, 0, 9).size(), 1u);
    CAF_CHECK_EQUAL(other.list_notified({.session = "s1"}, 0, 9).size(), 1u);
    CAF_CHECK_EQUAL(other.refused_outcomes("s1", "", 9).size(), 1u);
    const auto feed = other.read_feed(0, 9);
    CAF_REQUIRE_EQUAL(feed.size(), 2u);
    const auto end = feed.back().position;
    CAF_CHECK_EQUAL(other.feed_end(), end);
    CAF_CHECK_EQUAL(other.count_feed(0, 9).readable, 2);
    CAF_CHECK_EQUAL(other.read_feed_of("s1", 0, end, 9).size(), 2u);
    CAF_CHECK(other.find_outcomes(std::vector<command_key>{{"app", "c1"}})[0]);
    CAF_CHECK_EQUAL(
        other.load_events(std::vector<session_version>{{"s1", 2}})[0]
            .events.size(),
        2u);
    CAF_CHECK_EQUAL(other.list_sessions({.tutor = "ann"}).size(), 1u);
    using recapd::workflows::person, recapd::workflows::role;
    const person eve{role::support, "eve"};
    for (const auto &who :
         {eve, person{role::tutor, "ann"}, person{role::student, "bob"}})
      CAF_CHECK(other.find_written(who, "", 9).next.empty());
    CAF_CHECK(!other.erase_texts("s1", {.who = eve, .by = eve, .at = at(9)}));
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

CAF_TEST(each filter of a list alone reads no more than its page) {
  raw.script(
      "INSERT INTO sessions (id, bucket, tutor, course, program, starts_at,"
      "    day, currency)"
      " SELECT 's' || n, n % 1024, 't' || n % 500, 'c' || n % 500,"
      "        'p' || n % 500, '2026-01-01Z'::timestamptz + n * '1h'::interval,"
      "        20454 + n / 24, 'USD'"
      "   FROM generate_series(1, 20000) AS n;"
      "INSERT INTO journal (session_id, bucket, before, version, at, who,"
      "    position, events, draw, program, notifications)"
      " SELECT id, bucket, 0, 1, starts_at, 'system:sis',"
      "        row_number() OVER (ORDER BY starts_at) << 16, E'e\\t\\t{}', 0,"
      "        program, '[]' FROM sessions;"
      "INSERT INTO standings (session_id, bucket, state)"
      " SELECT id, bucket, CASE tutor WHEN 't7' THEN 'missed' ELSE 'scheduled'"
      "                    END FROM sessions;"
      "INSERT INTO session_students SELECT 'u' || tutor, id, bucket"
      " FROM sessions;"
      "INSERT INTO marks SELECT 4, bucket, id FROM sessions"
      " WHERE tutor = 't7'; ANALYZE");
  // What this connection has counted itself is not told at once else.
  raw.script("SELECT pg_stat_force_next_flush()");
  s.reset();
  namespace workflows = recapd::workflows;
  const auto first = *workflows::parse_rfc3339("2026-03-01T00:00:00Z");
  const program_set few{std::vector<std::string>{"p7", "p8"}};
  const std::pair<const char *, session_filter> filters[] = {
      {"nothing", {}},
      {"state", {.state = "missed"}},
      {"tutor", {.tutor = "t7"}},
      {"student", {.student = "ut7"}},
      {"course", {.course = "c7"}},
      {"program", {.program = "p7"}},
      {"one programme", {.programs = {std::vector<std::string>{"p7"}}}},
      {"programmes", {.programs = few}},
      {"flag", {.marks = workflows::mark_set{1U << 4}}},
      {"order", {.order = session_order::starts_at_down}},
      {"from, by start", {.from = first, .order = session_order::starts_at}},
      {"start", {.from = first, .to = first + std::chrono::hours{40}}},
      {"from", {.from = first}}};
  const auto fetched = [&](const char *table,
                           const std::function<void(store &)> &work) {
    const auto before =
        counted("coalesce(idx_tup_fetch, 0) + seq_tup_read", table);
    work(*postgres::open_store(database.url()));
    return counted("coalesce(idx_tup_fetch, 0) + seq_tup_read", table) - before;
  };
  for (const auto &[name, filter] : filters) {
    CAF_MESSAGE(name);
    auto asked = filter;
    asked.most = 40;
    const auto rows = fetched("sessions", [&](store &other) {
      CAF_CHECK_EQUAL(other.list_sessions(asked).size(), 40u);
    });
    CAF_CHECK_LESS(rows, 200);
  }
  CAF_CHECK_LESS(
      fetched("journal",
              [&](store &other) {
                CAF_CHECK_EQUAL(
                    other.list_notified({.among = few}, 0, 40).size(), 40u);
              }),
      200);
}

CAF_TEST(a plan that was made for empty tables reads no more of full ones) {
  constexpr int sessions = 500;
  const auto name = [](int i) { return "s" + std::to_string(i); };
  const auto move = [&](store &by, int first) {
    std::vector<commit> commits;
    for (int i = 0; i < sessions; ++i) {
      auto c = raises(moves(name(i), first), week(name(i)), 1, {});
      c.after->next_timer = at(first);
      if (c.before) c.before->next_timer = at(first - 1);
      commits.push_back(accepts(name(i) + std::to_string(first), c));
    }
    for (const auto &refused : by.append(commits))
      CAF_CHECK(!refused);
  };
  const auto look = [&](store &by, int i) {
    (void)by.load_usage(std::vector{week(name(i))});
    (void)by.load_events(std::vector<session_version>{{.session = name(i)}});
    (void)by.find_outcomes(std::vector<command_key>{{"app", name(i) + "1"}});
  };
  s.reset();
  std::map<std::string, std::int64_t> before;
  for (const auto *table : {"usage", "journal", "standings"}) {
    raw.script(std::string{"VACUUM ANALYZE "} + table);
    before[table] = counted("idx_tup_fetch", table);
  }
  s = postgres::open_store(database.url());
  // A plan is made at the first run, at the latest kept from the sixth on.
  for (int i = 0; i < 6; ++i)
    look(*s, i);
  move(*s, 1);
  for (int i = 0; i < 10; ++i)
    look(*s, i);
  s.reset();
  for (const auto *table : {"usage", "journal"}) {
    CAF_MESSAGE(table);
    CAF_CHECK_LESS(counted("idx_tup_fetch", table) - before[table], sessions);
  }
  s = postgres::open_store(database.url());
  for (int first = 2; first < 9; ++first)
    move(*s, first);
  s.reset();
  // Each is found by its key, then written anew.
  CAF_CHECK_LESS(counted("idx_tup_fetch", "standings") - before["standings"],
                 20 * sessions);
}

CAF_TEST_FIXTURE_SCOPE_END()
