// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

void settle_storage(bench_run &b, const std::string &database) {
  ask(database, "VACUUM (FREEZE, ANALYZE)");
  ask(b.server().admin_url(), "CHECKPOINT");
}

double number(const std::string &database, const std::string &sql) {
  return ask(database, sql)[0][0].as<double>();
}

/// A database with so many sessions that rest, and a campus at work beside.
struct growth_case {
  const char *name;
  std::size_t resting;
  std::string database;
  std::size_t done = 0;
};

/// What one step takes, in microseconds.
struct cost {
  double node = 0;
  double postgres = 0;
  double wall = 0;
  [[nodiscard]] double cpu() const { return node + postgres; }
};

cost run_batches(bench_run &b, growth_case &g, std::size_t count) {
  const auto load =
      batch_lanes(campus{time_from_now(half_an_hour_ago)}, {g.done, count}, 8);
  const auto n = b.start_node(g.database);
  load_client client{n->port(), load.size()};
  const auto before = b.used(n.get());
  const auto began = clock::now();
  require_success(client.closed_loop(load));
  g.done += count;
  await_paid(g.database);
  const std::chrono::duration<double> took = clock::now() - began;
  const auto after = b.used(n.get());
  const auto us = 1e6 / static_cast<double>(count * steps_per_lifecycle);
  return {.node = (after.node - before.node) * us,
          .postgres = (after.postgres - before.postgres) * us,
          .wall = took.count() * us};
}

/// Returns the bytes that a session that rests takes, with all that is stored
/// of it.
double row_bytes(const std::string &database) {
  return number(database, "SELECT (SELECT sum(pg_total_relation_size(oid))"
                          "  FROM pg_class WHERE relkind = 'r'"
                          "   AND relnamespace = 'public'::regnamespace)"
                          " ::float8 / count(*) FROM sessions");
}

unsigned short port_of(const std::string &url) {
  return static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1)));
}

}  // namespace

void measure_growth(bench_run &b) {
  std::array<growth_case, 2> cases{{{"few", b.size(10'000, 1000), {}, 0},
                                    {"many", b.size(1'000'000, 4000), {}, 0}}};
  for (auto &g : cases) {
    g.database = b.server().fresh_database(std::string{"bench_"} + g.name);
    add_resting(b, g.database, g.resting);
    settle_storage(b, g.database);
  }
  const auto count = b.count_for(4000);
  for (int round = 0; round < b.options().rounds; ++round) {
    std::array<cost, 2> costs;
    // Each case comes first in every second round, so that neither always meets
    // the warmer machine.
    for (std::size_t k = 0; k < cases.size(); ++k) {
      const auto which = (k + static_cast<std::size_t>(round)) % cases.size();
      b.out().progress(std::string{"growth: "} + cases[which].name
                       + " sessions resting");
      costs[which] = run_batches(b, cases[which], count);
    }
    for (std::size_t k = 0; k < cases.size(); ++k) {
      const auto what =
          std::string{"CPU a step, "} + cases[k].name + " resting";
      b.out().add("growth", what + ", node", "µs", costs[k].node);
      b.out().add("growth", what + ", PostgreSQL", "µs", costs[k].postgres);
    }
    b.out().add("growth", "time a step, many over few", "times",
                costs[1].wall / costs[0].wall);
    b.out().add("growth", "CPU a step, many over few", "times",
                costs[1].cpu() / costs[0].cpu());
  }
  b.out().at_most("growth", "CPU a step, many over few", 1.15);
  b.out().add("growth", "bytes a session that rests", "B",
              row_bytes(cases[0].database));
  for (auto &g : cases) {
    verify(g.database, b.recapctl(),
           {.lessons = g.done, .resting = g.resting, .only_counts = true});
    b.server().drop_database(std::string{"bench_"} + g.name);
  }
}

void measure_recovery(bench_run &b) {
  const auto open = b.size(1'000'000, 4000);
  const auto database = b.server().fresh_database("bench_recovery");
  add_resting(b, database, open);
  settle_storage(b, database);
  auto n = b.start_node(database);
  const auto port = port_of(n->url());
  const campus c{time_from_now(half_an_hour_ago)};
  // The node is killed at work, with batches on their way.
  const auto batch = batch_lanes(c, {0, 1000}, 1).front();
  std::thread sender{[&] { (void)exchange(port, batch.front()); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{5});
  n->kill();
  sender.join();
  b.out().progress("recovery: restarting");
  const auto began = clock::now();
  n = b.start_node(database, {}, port, false);
  const auto event = post_event(
      campus{time_from_now(half_an_hour_ago), "prb"}.event(0, step::schedule));
  while (exchange(port, event) != 200) {
    if (clock::now() - began > std::chrono::minutes{2})
      throw std::runtime_error{"the node did not come back"};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  const std::chrono::duration<double> took = clock::now() - began;
  b.out().add("recovery", "first answer after kill -9", "s", took.count());
  b.out().at_most("recovery", "first answer after kill -9", 2);
  // What was on its way is sent again, and happens once.
  for (const auto &request : batch)
    if (exchange(port, request) != 200)
      throw std::runtime_error{"a batch failed after the restart"};
  await_paid(database);
  n->stop();
  const auto wrong = number(database, "SELECT (SELECT count(*) FROM sessions)"
                                      " - (SELECT count(*) FROM standings)");
  if (wrong != 1000)
    throw std::runtime_error{"after the restart not every session was paid"};
  if (b.options().quick)
    output_of({b.recapctl(), "check", "--database", database});
  b.server().drop_database("bench_recovery");
}

void measure_idle(bench_run &b) {
  const auto database = b.server().fresh_database("bench_idle");
  add_resting(b, database, b.size(10'000, 1000));
  const auto n = b.start_node(database);
  const auto load =
      batch_lanes(campus{time_from_now(half_an_hour_ago)}, {0, 1000}, 1);
  load_client client{n->port(), 1};
  require_success(client.closed_loop(load));
  settle_storage(b, database);  // Else autovacuum's transactions count, too.
  const auto seconds = b.options().quick ? 2 : 20;
  b.out().progress("idle");
  const auto wait = [](int s) {
    std::this_thread::sleep_for(std::chrono::seconds{s});
  };
  // What a connection did is in the statistics ten seconds after it came to
  // rest.
  wait(b.options().quick ? 1 : 12);
  const std::string queries =
      "SELECT (xact_commit + xact_rollback)::float8 FROM pg_stat_database"
      " WHERE datname = 'bench_idle'";
  const auto before = number(b.server().admin_url(), queries);
  const auto cpu = n->cpu();
  wait(seconds);
  const auto percent = (n->cpu() - cpu) * 100 / seconds;
  const auto rate =
      (number(b.server().admin_url(), queries) - before) / seconds;
  b.out().add("idle", "CPU of the node", "% of a core", percent);
  b.out().add("idle", "transactions", "1/s", rate);
  b.out().at_most("idle", "CPU of the node", 1);
  b.out().at_most("idle", "transactions", 2);
  n->stop();
  b.server().drop_database("bench_idle");
}

}  // namespace recapd::bench
