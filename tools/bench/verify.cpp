// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/verify.hpp"
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tools/bench/campus.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/rows.hpp"

namespace recapd::bench {

namespace {

std::int64_t ask(pqxx::nontransaction &tx, const std::string &sql) {
  return tx.exec(sql)[0][0].as<std::int64_t>();
}

void same(const char *what, std::int64_t found, std::int64_t expected) {
  if (found != expected)
    throw std::runtime_error{fmt::format(
        "the run's result is wrong: {} is {}, not {}", what, found, expected)};
}

/// What the lean tables have to say, as follows from the sessions' states.
struct lean_rule {
  const char *what;
  const char *found;
  const char *expected;  ///< of lean.sessions
};
constexpr std::array<lean_rule, 9> lean_rules{
    {{"events", "count(*) FROM lean.events", "coalesce(sum(state), 0)"},
     {"notifications", "count(*) FROM lean.outbox",
      "coalesce(sum(greatest(state - 2, 0)), 0)"},
     {"timers", "count(*) FROM lean.timers",
      "count(*) FILTER (WHERE state < 3)"},
     {"ledger entries", "count(*) FROM lean.ledger",
      "2 * count(*) FILTER (WHERE state = 5)"},
     {"the ledger's sum", "coalesce(sum(amount), 0) FROM lean.ledger", "0"},
     {"sessions with two sides in the ledger",
      "count(*) FROM lean.ledger a JOIN lean.ledger b USING (session)"
      " WHERE a.side = 0 AND b.side = 1",
      "count(*) FILTER (WHERE state = 5)"},
     {"tutors' minutes", "coalesce(sum(minutes), 0) FROM lean.tutor_weeks",
      "60 * count(*) FILTER (WHERE state >= 3)"},
     {"students' minutes", "coalesce(sum(minutes), 0) FROM lean.course_weeks",
      "60 * count(*) FILTER (WHERE state >= 3)"},
     {"days of pairs", "count(*) FROM lean.pair_days",
      "count(*) FILTER (WHERE state >= 3)"}}};

}  // namespace

void await_paid(const std::string &database) {
  using clock = std::chrono::steady_clock;
  pqxx::connection c{database};
  pqxx::nontransaction tx{c};
  // A row leaves the inbox by the transaction that decides it. Sessions that
  // rest, of which there may be a million, are not looked at.
  const std::string open =
      "SELECT count(*) FROM (SELECT FROM inbox UNION ALL"
      " SELECT FROM standings WHERE state IN ('scheduled', 'time_logged',"
      "   'awaiting_student_recap', 'completed')"
      "   AND session_id > 'ses-run-' AND session_id < 'ses-run.' LIMIT 1)"
      " AS x";
  const std::string written = "SELECT max(position) FROM journal";
  tx.exec("SET enable_seqscan = off");
  std::int64_t last = 0;
  auto since = clock::now();
  for (int i = 0; ask(tx, open) > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if (i % 100 != 99) continue;
    const auto now = ask(tx, written);
    if (std::exchange(last, now) != now) since = clock::now();
    if (clock::now() - since > std::chrono::minutes{1})
      throw std::runtime_error{"a session is not paid, and nothing happens"};
  }
}

void verify(const std::string &database, const std::string &recapctl,
            const expectation &e) {
  pqxx::connection c{database};
  pqxx::nontransaction tx{c};
  auto t = totals_of(e.lessons);
  auto lessons = static_cast<std::int64_t>(e.lessons);
  if (e.samples) {
    lessons += row_book::lessons;
    t.minutes += row_book::minutes;
    t.pay += row_book::minutes * rate_per_hour / 60;
  }
  const auto resting = static_cast<std::int64_t>(e.resting);
  same("paid sessions",
       ask(tx, "SELECT count(*) FROM session_standings WHERE state = 'paid'"),
       lessons);
  same("sessions", ask(tx, "SELECT count(*) FROM sessions"), lessons + resting);
  same("commands refused",
       ask(tx, "SELECT count(*) FROM journal WHERE before IS NULL"), 0);
  same("commands", ask(tx, "SELECT count(source) FROM journal"),
       lessons * static_cast<std::int64_t>(commands_per_lifecycle)
           + resting * 2);
  same("events against the last versions (a gap)",
       ask(tx, "SELECT sum(version - before) FROM journal"),
       ask(tx, "SELECT sum(version) FROM (SELECT max(version) AS version"
               " FROM journal WHERE before IS NOT NULL GROUP BY session_id)"
               " AS last"));
  same("settlements", ask(tx, "SELECT count(*) FROM ledger"), lessons);
  same("what was paid",
       ask(tx, "SELECT coalesce(sum(amount), 0) FROM ledger_entries"
               " WHERE account LIKE 'tutor:%'"),
       t.pay);
  same("the ledger's sum",
       ask(tx, "SELECT coalesce(sum(amount), 0) FROM ledger_entries"), 0);
  same("minutes counted for tutors",
       ask(tx, "SELECT coalesce(sum(used), 0) FROM usage WHERE kind = 0"),
       t.minutes);
  same("tutors whose week is used up",
       ask(tx, "SELECT count(*) FROM usage WHERE kind = 0 AND used = 900"),
       static_cast<std::int64_t>(t.full_tutors));
  same("counters past their limit",
       ask(tx, "SELECT count(*) FROM usage WHERE used > cap"), 0);
  same("inbox rows left", ask(tx, "SELECT count(*) FROM inbox"), 0);
  same("dead letters", ask(tx, "SELECT count(*) FROM dead_letters"), 0);
  if (!e.only_counts) output_of({recapctl, "check", "--database", database});
}

void verify_lean(const std::string &database, const lean_expectation &e) {
  pqxx::connection c{database};
  pqxx::nontransaction tx{c};
  const auto count_of = [&](const std::string &what) {
    return ask(tx, "SELECT " + what + " FROM lean.sessions");
  };
  same("sessions", count_of("count(*)"), static_cast<std::int64_t>(e.sessions));
  same("settled sessions", count_of("count(*) FILTER (WHERE state = 5)"),
       static_cast<std::int64_t>(e.settled));
  for (const auto &[what, found, expected] : lean_rules)
    same(what, ask(tx, std::string{"SELECT "} + found), count_of(expected));
}

}  // namespace recapd::bench
