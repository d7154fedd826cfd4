// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <pqxx/pqxx>

#include "storage/postgres/store.hpp"
#include "tools/bench/process.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;
using storage::statistic;

/// Fills the tables that statistics read: sessions of a year, nineteen of
/// twenty paid, the others missed or cancelled.
void fill(const std::string &database, std::size_t count) {
  const auto n = std::to_string(count);
  ask(database,
      "INSERT INTO sessions (id, bucket, tutor, course, program, starts_at,"
      "    day, currency)"
      " SELECT 's' || n, n % 1024, 't' || n % 2000, 'c' || n % 500,"
      "        'p' || n % 20, t.at, extract(epoch FROM t.at)::int8 / 86400,"
      "        'USD'"
      "   FROM generate_series(1, "
          + n
          + ") AS n,"
            "        LATERAL (SELECT '2026-01-01Z'::timestamptz"
            "                        + n * ('365 days'::interval / "
          + n + ") AS at) AS t");
  ask(database, "INSERT INTO standings (session_id, bucket, state)"
                " SELECT id, bucket, CASE bucket % 2 WHEN 0 THEN 'missed'"
                "                                    ELSE 'cancelled' END"
                "   FROM sessions WHERE hashtext(id) % 20 = 0");
  ask(database,
      "INSERT INTO ledger (session_id, kind, bucket, from_account,"
      "    to_account, amount, currency, at, confirm_seconds,"
      "    minutes)"
      " SELECT id, 'settlement', bucket, 'program:' || program,"
      "        'tutor:' || tutor, 1500 + bucket % 7, currency, starts_at,"
      "        hashtext(id) & 131071, 30 + bucket % 4 * 15"
      "   FROM sessions"
      "  WHERE hashtext(id) % 20 <> 0");
  ask(database, "INSERT INTO reminders (session_id, seq, at, bucket, answered,"
                "    kind)"
                " SELECT id, 3, starts_at + interval '90 min', bucket,"
                "        hashtext(id) % 3 > 0, 'tutor_recap_due'"
                "   FROM sessions WHERE hashtext(id) % 2 = 0");
  ask(database,
      "INSERT INTO journal (session_id, bucket, version, at, who, source, id,"
      "    scope, content, command, decided, outcome)"
      " SELECT id, bucket, 0, starts_at, 'tutor:' || tutor, 'app', id, '',"
      "        decode(md5(id), 'hex'), '{}', 0, CASE hashtext(id) % 2 WHEN 0"
      "        THEN '{\"refusals\":[{\"code\":\"too-early\"}]}'"
      "        ELSE '{\"refusals\":[{\"code\":\"recap-too-short\"},'"
      "          || '{\"code\":\"pair-daily-limit\"}]}' END"
      "   FROM sessions WHERE hashtext(id) % 50 < 2");
  ask(database, "VACUUM (FREEZE, ANALYZE)");
}

/// The same as by hand: one statement, the best that was found.
struct by_hand {
  const char *name;
  const char *key;
  statistic by;
  bool timed = false;
};

std::string sql_of(const by_hand &what, const std::string &range) {
  if (what.by == statistic::reminder)
    return "SELECT kind, count(*), count(*) FILTER (WHERE answered)"
           " FROM sessions AS s JOIN reminders AS r ON r.session_id = s.id"
           + range + " GROUP BY 1";
  if (what.by == statistic::refusal)
    return "SELECT r ->> 'code', count(*), 0 FROM journal AS j, sessions AS s,"
           " jsonb_array_elements(j.outcome::jsonb -> 'refusals') AS r"
           + range
           + " AND s.id = j.session_id AND j.before IS NULL"
             " GROUP BY 1";
  const std::string key = what.key;
  return "WITH s AS NOT MATERIALIZED (SELECT s.*, p.state AS open,"
         " coalesce(p.state, 'paid') AS state,"
         " CASE WHEN p.state IS NULL THEN coalesce(s.minutes, l.minutes)"
         "      ELSE p.minutes END AS m,"
         " CASE WHEN p.state IS NULL THEN coalesce(s.pay, l.amount)"
         "      ELSE p.pay END AS amount,"
         " CASE WHEN p.state IS NULL THEN"
         "           coalesce(s.confirm_seconds, l.confirm_seconds)"
         "      ELSE p.confirm_seconds END AS waited"
         " FROM sessions AS s LEFT JOIN standings AS p ON p.session_id = s.id"
         " LEFT JOIN ledger AS l ON l.session_id = s.id"
         "      AND l.kind = 'settlement' AND l.n = 0"
         + range + "), sums AS (SELECT " + key
         + " AS key, currency, count(*) AS sessions, sum(m) AS minutes,"
           " sum(amount) AS pay FROM s GROUP BY 1, 2), medians AS (SELECT "
         + key
         + " AS key, percentile_cont(0.5) WITHIN GROUP (ORDER BY waited)"
           " AS median FROM s WHERE waited IS NOT NULL GROUP BY 1)"
           " SELECT * FROM sums LEFT JOIN medians USING (key) ORDER BY 1, 2";
}

/// Returns a row of a query by hand as the group that it has to be.
storage::statistics_group group_of(const by_hand &what, const pqxx::row &row) {
  storage::statistics_group out{.key = row[0].c_str()};
  if (what.by == statistic::reminder || what.by == statistic::refusal) {
    out.count = row[1].as<std::int64_t>();
    out.answered = row[2].as<std::int64_t>();
    return out;
  }
  if (what.by == statistic::day)
    out.key = workflows::day_name(row[0].as<int>());
  if (what.by == statistic::week)
    out.key = workflows::week_name(row[0].as<int>());
  out.sessions = row[2].as<std::int64_t>();
  out.minutes = row[3].as<std::int64_t>(0);
  if (!row[4].is_null())
    out.pay.emplace_back(row[1].c_str(), row[4].as<std::int64_t>());
  if (!row[5].is_null()) out.median_confirm_seconds = row[5].as<double>();
  return out;
}

template <class F> double milliseconds(F f) {
  const auto began = clock::now();
  f();
  const std::chrono::duration<double, std::milli> took = clock::now() - began;
  return took.count();
}

}  // namespace

void measure_statistics(bench_run &b) {
  constexpr by_hand kinds[] = {
      {"week", "s.day - (s.day + 3) % 7 + 3", statistic::week, true},
      {"tutor", "s.tutor", statistic::tutor, true},
      {"state", "s.state", statistic::state, true},
      {"reminder", "", statistic::reminder, true},
      {"day", "s.day", statistic::day},
      {"course", "s.course", statistic::course},
      {"program", "s.program", statistic::program},
      {"refusal", "", statistic::refusal}};
  struct range {
    const char *name;
    const char *from;
    const char *to;
  };
  constexpr range ranges[] = {
      {"a week", "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"},
      {"a year", "2026-01-01T00:00:00Z", "2027-01-02T00:00:00Z"}};
  const auto database = b.server().fresh_database("bench_statistics");
  storage::postgres::migrate(database);
  b.out().progress("statistics: filling");
  fill(database, b.size(1'000'000, 20'000));
  const auto store = storage::postgres::open_store(database);
  for (int round = 0; round < b.options().rounds; ++round)
    for (const auto &r : ranges)
      for (const auto &kind : kinds) {
        const auto what = std::string{r.name} + " by " + kind.name;
        b.out().progress("statistics: " + what);
        const storage::statistics_query of{
            .by = kind.by,
            .from = workflows::parse_rfc3339(r.from),
            .to = workflows::parse_rfc3339(r.to)};
        const auto sql =
            sql_of(kind, std::string{" WHERE s.starts_at >= '"} + r.from
                             + "' AND s.starts_at < '" + r.to + "'");
        std::vector<storage::statistics_group> groups;
        pqxx::result rows;
        const auto ask_store = [&] { groups = store->statistics(of); };
        const auto ask_by_hand = [&] {
          rows = ask(database, "SET work_mem = '64MB'; SET jit = off;"
                               "SET random_page_cost = 1.1; "
                                   + sql);
        };
        ask_by_hand();  // Neither is the first to read the pages.
        const auto node = milliseconds(ask_store);
        const auto hand = milliseconds(ask_by_hand);
        std::vector<storage::statistics_group> expected;
        for (const auto &row : rows)
          expected.push_back(group_of(kind, row));
        std::ranges::sort(expected, {}, &storage::statistics_group::key);
        std::ranges::sort(groups, {}, &storage::statistics_group::key);
        if (groups != expected || groups.empty())
          throw std::runtime_error{what + ": other groups than by hand"};
        if (!kind.timed) continue;
        b.out().add("statistics", what, "ms", node);
        b.out().add("statistics", what + ", over by hand", "times",
                    node / hand);
        b.out().at_most("statistics", what + ", over by hand", 1.5);
      }
  b.server().drop_database("bench_statistics");
}

}  // namespace recapd::bench
