// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "tools/bench/campus.hpp"
#include "tools/bench/fleet.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

/// The connections in all, however many nodes there are.
constexpr std::size_t all_connections = 12;
constexpr double most_times_one_node = 1.2;

/// Where a session's commands are sent.
enum class routing : unsigned char {
  routed,   ///< to the node that serves the session
  anywhere  ///< to any node, which forwards most of them
};

/// Request lanes, and the port each one goes to.
struct plan {
  request_lanes lanes;
  std::vector<unsigned short> ports;
};

plan plan_for(const campus &c, const fleet &nodes, routing r,
              std::size_t count) {
  std::vector<std::vector<std::size_t>> lessons(nodes.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = r == routing::routed ? nodes.place_of(c.at(i).session)
                                            : i / 1000 % nodes.size();
    lessons[place].push_back(i);
  }
  plan p;
  for (std::size_t place = 0; place < nodes.size(); ++place) {
    const auto share = std::max<std::size_t>(all_connections / nodes.size(), 1);
    for (auto &lane : batch_lanes_of(c, lessons[place], share)) {
      p.lanes.push_back(std::move(lane));
      p.ports.push_back(nodes.port(place));
    }
  }
  return p;
}

/// What the database counts.
struct tally {
  double transactions = 0;  ///< transactions that wrote
  double connections = 0;   ///< connections that the nodes have
};

tally tally_of(const std::string &database) {
  const auto row = ask(
      database, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8,"
                " (SELECT count(*) FROM pg_stat_activity WHERE datname ="
                " current_database() AND application_name = '"
                    + std::string{fleet::application} + "')")[0];
  return {row[0].as<double>(), row[1].as<double>()};
}

void add_tally(bench_run &b, const std::string &scenario, const tally &from,
               const tally &to, std::size_t steps, std::size_t nodes) {
  const auto n = static_cast<double>(steps);
  b.out().add(scenario, "steps a transaction", "",
              n / (to.transactions - from.transactions));
  b.out().add(scenario, "connections a node", "",
              to.connections / static_cast<double>(nodes));
}

/// Measures all commands of some lessons, from the same number of connections
/// whatever the number of nodes. Returns the CPU seconds of nodes and server.
double measure_on(bench_run &b, std::size_t count_of_nodes, routing r,
                  const std::string &scenario) {
  const auto count = b.count_for(8000);
  const auto steps = count * steps_per_lifecycle;
  const auto database = b.server().fresh_database("bench_nodes");
  b.out().progress(scenario + ": preparing");
  fleet nodes{b, database, count_of_nodes};
  const auto load =
      plan_for(campus{time_from_now(half_an_hour_ago)}, nodes, r, count);
  load_client client{load.ports};
  std::size_t requests = 0;
  for (const auto &lane : load.lanes)
    requests += lane.size();

  const auto cpu = [&] {
    auto all = b.used(nullptr);
    all.node = nodes.cpu();
    return all;
  };
  const auto rows_before = tally_of(database);
  const auto before = cpu();
  const auto began = clock::now();
  const auto result =
      client.closed_loop(load.lanes, b.teller(scenario, requests));
  require_success(result);
  await_paid(database);
  const std::chrono::duration<double> took = clock::now() - began;
  const auto after = cpu();
  const auto rows_after = tally_of(database);

  if (r == routing::routed) nodes.require_same_shares();
  b.out().add(scenario, "throughput", "lifecycles/s",
              static_cast<double>(count) / took.count());
  b.out().add(scenario, "answer p50", "ms",
              quantile_ms(result.latencies_us, 0.5));
  b.add_used(scenario, before, after, steps);
  add_tally(b, scenario, rows_before, rows_after, steps, count_of_nodes);
  b.out().progress(scenario + ": verifying");
  verify(database, b.recapctl(), {.lessons = count});
  nodes.stop();
  b.server().drop_database("bench_nodes");
  return after.node - before.node + after.postgres - before.postgres;
}

}  // namespace

// On one machine more nodes cannot be faster; they must not be dearer.
void measure_nodes(bench_run &b) {
  const auto alone = measure_on(b, 1, routing::routed, "nodes 1");
  for (const auto n : b.options().nodes) {
    if (n == 1) continue;
    for (const auto r : {routing::routed, routing::anywhere}) {
      const auto scenario = fmt::format(
          "nodes {} {}", n, r == routing::routed ? "routed" : "anywhere");
      const auto used = measure_on(b, n, r, scenario);
      const auto *figure = "CPU of nodes and PostgreSQL, over one node's";
      b.out().add(scenario, figure, "times", used / alone);
      if (r == routing::routed)
        b.out().at_most(scenario, figure, most_times_one_node);
    }
  }
}

}  // namespace recapd::bench
