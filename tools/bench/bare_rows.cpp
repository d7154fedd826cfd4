// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/campus.hpp"
#include "tools/bench/group_writer.hpp"
#include "tools/bench/rows.hpp"
#include "tools/bench/run.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

/// Gives a database the schema, and returns the rows of a lifecycle as the
/// engine wrote them there; the engine is gone again.
row_book take_rows(bench_run &b, const std::string &database,
                   const std::string &starts_at, row_book::extent how_far) {
  const auto n = b.start_node(database);
  return {database, n->url(), starts_at, how_far};
}

}  // namespace

void measure_rows(bench_run &b) {
  const auto count = b.count_for(16000);
  b.out().progress("rows: preparing");
  const auto database = b.server().fresh_database("bench_rows");
  const auto starts_at = time_from_now(half_an_hour_ago);
  const auto book =
      take_rows(b, database, starts_at, row_book::extent::lifecycle);
  const auto before = b.server().cpu();
  const auto seconds = write_groups(database, book, campus{starts_at}, count,
                                    {.tell = b.teller("rows", count)});
  const auto used = b.server().cpu() - before;
  const auto lessons = static_cast<double>(count);
  b.out().add("rows", "throughput", "lifecycles/s", lessons / seconds);
  b.out().add("rows", "CPU a step, PostgreSQL", "µs",
              used * 1e6 / lessons / steps_per_lifecycle);
  b.out().progress("rows: verifying");
  verify(database, b.recapctl(), {.lessons = count, .samples = true});
  b.server().drop_database("bench_rows");
}

void add_resting(bench_run &b, const std::string &database, std::size_t count) {
  const auto starts_at = time_from_now(in_a_month);
  const auto book =
      take_rows(b, database, starts_at, row_book::extent::resting);
  write_groups(database, book, campus{starts_at, "rst"},
               count - row_book::lessons,
               {.built_before = false,
                .tell = b.teller("adding sessions that rest", count)});
}

}  // namespace recapd::bench
