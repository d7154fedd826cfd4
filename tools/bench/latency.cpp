// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/latency.hpp"
#include <utility>

#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

constexpr const char *latency_scenario = "latency";
constexpr const char *database_name = "bench_latency";
constexpr std::size_t client_connections = 64;

}  // namespace

single_events::single_events(bench_run &b, std::string what)
    : bench_{b}, what_{std::move(what)}, database_{b.server().fresh_database(
                                             database_name)},
      campus_{time_from_now(half_an_hour_ago)}, node_{b.start_node(database_)},
      client_{node_->port(), client_connections} {}

stretch single_events::take(double commands) {
  const auto count =
      static_cast<std::size_t>(commands / commands_per_lifecycle) + 1;
  const stretch s{next_, count};
  next_ += count;
  return s;
}

load_result single_events::at_the_top(double commands) {
  const auto load = single_lanes(campus_, take(commands), client_connections);
  auto r = client_.closed_loop(load, bench_.teller(what_ + ": top", 0));
  require_success(r);
  return r;
}

load_result single_events::at_rate(double per_second, const std::string &when) {
  const auto gap =
      static_cast<std::size_t>(per_second / commands_per_lifecycle) + 1;
  const auto load =
      sequence(campus_, take(per_second * bench_.options().seconds), gap);
  auto r = client_.open_loop(load, per_second,
                             bench_.teller(what_ + when, load.size()));
  require_success(r);
  return r;
}

void single_events::finish() {
  await_paid(database_);
  verify(database_, bench_.recapctl(), {.lessons = next_});
  node_->stop();
  bench_.server().drop_database(database_name);
}

void measure_latency(bench_run &b) {
  single_events events{b, latency_scenario};
  const auto top_run = events.at_the_top(b.options().seconds / 4 * 10000);
  const auto top =
      static_cast<double>(top_run.latencies_us.size()) / top_run.seconds;

  const auto before = b.used(&events.server());
  auto r = events.at_rate(calm_rate, at_calm_rate);
  b.add_used(latency_scenario, before, b.used(&events.server()),
             r.latencies_us.size() / commands_per_lifecycle
                 * steps_per_lifecycle,
             at_calm_rate);
  b.add_latencies(latency_scenario, "", at_calm_rate, r.latencies_us);
  b.out().at_most(latency_scenario, "p99 at 500/s", 1.5, "by-hand");
  // 200 µs a command, of which there are four to five steps.
  b.out().at_most(latency_scenario, "CPU a step at 500/s, node",
                  200.0 * commands_per_lifecycle / steps_per_lifecycle);
  const auto &l = r.latencies_us;
  const auto third = static_cast<std::ptrdiff_t>(l.size() / 3);
  b.out().add(latency_scenario, "p50 of the last third over the first", "times",
              quantile_ms({l.end() - third, l.end()}, 0.5)
                  / quantile_ms({l.begin(), l.begin() + third}, 0.5));
  r = events.at_rate(top / 2, ": half the top");
  b.out().add(latency_scenario, "top", "commands/s", top);
  b.add_latencies(latency_scenario, "", " at half the top", r.latencies_us);
  b.out().at_most(latency_scenario, "p99 at half the top", 50);
  events.finish();
}

}  // namespace recapd::bench
