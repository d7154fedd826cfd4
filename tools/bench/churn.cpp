// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <pqxx/pqxx>
#include <thread>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

/// A stretch of lessons, and the least time between two: an hour at full speed
/// would fill the disk, and what vacuum does is a matter of time.
constexpr std::size_t lessons_each = 2000;
constexpr std::chrono::seconds pace{5};
/// Enough time for several looks of autovacuum, which looks once a minute.
constexpr std::chrono::minutes several_vacuums{3};

/// Returns the bytes a row of the table whose rows are written again and again;
/// heap and indexes apart.
std::map<std::string, double> sizes(const std::string &database) {
  const auto row =
      ask(database, "SELECT pg_relation_size('usage')::float8 / count(*),"
                    " pg_indexes_size('usage')::float8 / count(*)"
                    " FROM usage")[0];
  return {{"usage, heap", row[0].as<double>()},
          {"usage, indexes", row[1].as<double>()}};
}

/// Returns the bytes of a table that is empty in between.
double bytes_of(const std::string &database, const std::string &table) {
  return ask(database,
             "SELECT pg_total_relation_size('" + table + "')::float8")[0][0]
      .as<double>();
}

/// The most bytes of a table in the first quarter of the time, and in the last.
struct peaks {
  double early = 0;
  double late = 0;
};

/// Plays a stretch of lessons, half by HTTP and half by the inbox.
void play(const node &n, const std::string &database, const campus &c,
          std::size_t from, std::size_t count) {
  const auto half = count / 2;
  const auto load = batch_lanes(c, {from, half}, 4);
  load_client client{n.port(), load.size()};
  require_success(client.closed_loop(load));
  pqxx::connection db{database};
  pqxx::nontransaction tx{db};
  for (std::size_t s = 0; s < commands_per_lifecycle; ++s) {
    std::string rows;
    for (auto i = from + half; i < from + count; ++i)
      rows += (rows.empty() ? "(" : ",(")
              + tx.quote(c.event(i, static_cast<step>(s))) + ")";
    tx.exec("INSERT INTO inbox (event) VALUES " + rows);
  }
  await_paid(database);
}

}  // namespace

// Lessons come and are paid, for five times as long as a measurement takes
// elsewhere (an hour: --seconds 720). What a row takes, dead ones included,
// must stay what it was after the first quarter. The files of tables that are
// empty in between grow until the next vacuum and are cut then: their peaks are
// compared.
void measure_churn(bench_run &b) {
  const auto database = b.server().fresh_database("bench_churn");
  const campus c{time_from_now(half_an_hour_ago)};
  const auto n = b.start_node(database);
  const std::chrono::duration<double> whole{5 * b.options().seconds};
  const auto began = clock::now();
  const auto end = began + std::chrono::duration_cast<clock::duration>(whole);
  std::map<std::string, double> early;
  std::map<std::string, peaks> of{{"inbox", {}}, {"standings", {}}};
  std::size_t done = 0;
  while (clock::now() < end) {
    const auto next = std::min(clock::now() + pace, end);
    play(*n, database, c, done, lessons_each);
    done += lessons_each;
    b.out().progress("churn", std::to_string(done));
    for (auto &[table, peak] : of) {
      const auto bytes = bytes_of(database, table);
      if (early.empty()) peak.early = std::max(peak.early, bytes);
      if (clock::now() - began >= whole * 3 / 4)
        peak.late = std::max(peak.late, bytes);
    }
    std::this_thread::sleep_until(next);
    if (early.empty() && clock::now() - began >= whole / 4)
      early = sizes(database);
  }
  for (const auto &[what, bytes] : sizes(database)) {
    b.out().add("churn", what + ", a row", "B", bytes);
    b.out().add("churn", what + ", a row, end over first quarter", "times",
                bytes / early[what]);
    b.out().at_most("churn", what + ", a row, end over first quarter", 1.3);
  }
  for (const auto &[table, peak] : of) {
    const auto over = table + ", peak, last quarter over first";
    b.out().add("churn", table + ", peak of the last quarter", "B", peak.late);
    b.out().add("churn", over, "times", peak.late / peak.early);
    if (whole / 4 > several_vacuums) b.out().at_most("churn", over, 2);
  }
  verify(database, b.recapctl(), {.lessons = done, .only_counts = true});
  n->stop();
  b.server().drop_database("bench_churn");
}

}  // namespace recapd::bench
