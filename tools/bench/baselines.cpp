// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/by_hand.hpp"
#include "tools/bench/campus.hpp"
#include "tools/bench/limit.hpp"
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

/// Writes by hand into a database of its own, and verifies it. `take` gets what
/// came out, and the CPU before and after.
template <class Take>
void write_and_verify(bench_run &b, const std::string &what, hand_work work,
                      Take take) {
  b.out().progress(what + ": preparing");
  const auto database = b.server().fresh_database("bench_by_hand");
  const auto starts_at = time_from_now(twenty_minutes_ago);
  const auto book =
      take_rows(b, database, starts_at, row_book::extent::lifecycle);
  const auto before = b.cpu(nullptr);
  auto after = before;
  work.ended = [&] { after = b.cpu(nullptr); };
  const auto result = write_by_hand(database, book, campus{starts_at}, work);
  take(result, before, after);
  b.out().progress(what + ": verifying");
  verify(database, b.recapctl(), {.lessons = work.count, .samples = true});
  b.server().drop_database("bench_by_hand");
}

}  // namespace

void measure_limit(bench_run &b) {
  const auto count = b.count_for(16000);
  b.out().progress("limit: preparing");
  const auto database = b.server().fresh_database("bench_limit");
  const auto starts_at = time_from_now(twenty_minutes_ago);
  const auto book =
      take_rows(b, database, starts_at, row_book::extent::lifecycle);
  const auto before = b.server().cpu();
  const auto seconds = write_groups(database, book, campus{starts_at}, 0, count,
                                    {.connections = 2,
                                     .group = 1000,
                                     .built_before = true,
                                     .tell = b.teller("limit", count)});
  const auto used = b.server().cpu() - before;
  const auto lessons = static_cast<double>(count);
  b.out().add("limit", "throughput", "lifecycles/s", lessons / seconds);
  b.out().add("limit", "CPU a step, PostgreSQL", "µs",
              used * 1e6 / lessons / steps_per_lifecycle);
  b.out().progress("limit: verifying");
  verify(database, b.recapctl(), {.lessons = count, .samples = true});
  b.server().drop_database("bench_limit");
}

void measure_by_hand(bench_run &b) {
  const auto count = b.count_for(2500);
  write_and_verify(
      b, "by hand",
      {.count = count,
       .tell = b.teller("by hand", count * steps_per_lifecycle)},
      [&](const load_result &r, const auto &before, const auto &after) {
        b.out().add("by-hand", "throughput", "lifecycles/s",
                    static_cast<double>(count) / r.seconds);
        b.add_latencies("by-hand", "", " of a step", r.latencies_us);
        b.add_cpu("by-hand", before, after, count * steps_per_lifecycle);
      });
  const auto calm_count = static_cast<std::size_t>(
      calm_rate * b.options().seconds / steps_per_lifecycle + 1);
  const std::string name = std::string{"by hand"} + at_calm_rate;
  write_and_verify(
      b, name,
      {.count = calm_count,
       .per_second = calm_rate,
       .tell = b.teller(name, calm_count * steps_per_lifecycle)},
      [&](const load_result &r, const auto &before, const auto &after) {
        b.add_latencies("by-hand", "", at_calm_rate, r.latencies_us);
        b.add_cpu("by-hand", before, after, calm_count * steps_per_lifecycle,
                  at_calm_rate);
      });
}

void add_resting(bench_run &b, const std::string &database, std::size_t count) {
  const auto starts_at = time_from_now(in_a_month);
  const auto book =
      take_rows(b, database, starts_at, row_book::extent::resting);
  write_groups(database, book, campus{starts_at, "rst"}, 0,
               count - row_book::lessons,
               {.connections = 2,
                .group = 1000,
                .built_before = false,
                .tell = b.teller("adding sessions that rest", count)});
}

}  // namespace recapd::bench
