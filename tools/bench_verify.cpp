#include "tools/bench_verify.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <fmt/format.h>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "tools/bench_campus.hpp"
#include "tools/bench_process.hpp"
#include "tools/bench_rows.hpp"

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

}  // namespace

void await_paid(const std::string &database, std::size_t resting) {
  pqxx::connection c{database};
  pqxx::nontransaction tx{c};
  // A row leaves the inbox by the transaction that decides it.
  const auto open = "SELECT count(*) FROM (SELECT FROM sessions"
                    " WHERE state <> 'paid' UNION ALL SELECT FROM inbox LIMIT "
                    + std::to_string(resting + 1) + ") AS x";
  for (int i = 0;; ++i) {
    const auto left = ask(tx, open);
    if (left <= static_cast<std::int64_t>(resting)) return;
    if (i > 6000)
      throw std::runtime_error{"not every session was paid within a minute"};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
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
       ask(tx, "SELECT count(*) FROM sessions WHERE state = 'paid'"), lessons);
  same("sessions", ask(tx, "SELECT count(*) FROM sessions"), lessons + resting);
  same("commands refused",
       ask(tx, "SELECT count(*) FROM commands WHERE refused"), 0);
  same("commands", ask(tx, "SELECT count(*) FROM commands"),
       lessons * static_cast<std::int64_t>(commands_per_lifecycle)
           + resting * 2);
  same("events against the sessions' versions",
       ask(tx, "SELECT count(*) FROM session_events"),
       ask(tx, "SELECT sum(version) FROM sessions"));
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

}  // namespace recapd::bench
