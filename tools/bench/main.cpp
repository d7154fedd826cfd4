// recapd-bench: how fast the whole is, against what the database could do.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <string_view>

#include "tools/bench/run.hpp"

namespace recapd::bench {

namespace {

namespace fs = std::filesystem;

struct named_scenario {
  const char *name;
  void (*measure)(bench_run &);
  bool every_round;
};

/// The scenario that is not chosen by name but by --nodes, which says how many.
constexpr const char *nodes_scenario = "nodes";

constexpr std::array<named_scenario, 18> scenarios{
    {{"limit", measure_limit, true},
     {"by-hand", measure_by_hand, true},
     {"rows", measure_rows, true},
     {"batches", measure_batches, true},
     {"single", measure_single, true},
     {"inbox", measure_inbox, true},
     {"repeats", measure_repeats, true},
     {"latency", measure_latency, true},
     {"timers", measure_timers, true},
     {"neighbours", measure_neighbours, true},
     {"replicated", measure_replicated, true},
     {"growth", measure_growth, false},
     {"churn", measure_churn, false},
     {"memory", measure_memory, false},
     {"recovery", measure_recovery, false},
     {"idle", measure_idle, false},
     {"statistics", measure_statistics, false},
     {nodes_scenario, measure_nodes, true}}};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto &s : scenarios)
    if (std::string_view{s.name} != nodes_scenario) out.emplace_back(s.name);
  return out;
}

/// Measures a scenario. Returns false when it failed, which is printed.
bool measured(bench_run &b, const named_scenario &s) {
  try {
    s.measure(b);
    return true;
  } catch (const std::exception &e) {
    b.out().clear_progress();
    fmt::print(stderr, "recapd-bench: {}: {}\n", s.name, e.what());
    return false;
  }
}

/// Measures all that is chosen, whatever fails. Returns true when nothing did.
bool run(bench_run &b) {
  const auto &chosen = b.options().scenarios;
  bool good = true;
  for (int round = 1; round <= b.options().rounds; ++round) {
    b.out().begin_round();
    for (const auto &s : scenarios) {
      if (round > 1 && !s.every_round) continue;
      if (std::find(chosen.begin(), chosen.end(), s.name) == chosen.end())
        continue;
      b.out().progress(
          fmt::format("round {} of {}: {}", round, b.options().rounds, s.name));
      good = measured(b, s) && good;
    }
  }
  b.out().clear_progress();
  return good;
}

}  // namespace

}  // namespace recapd::bench

int main(int argc, char **argv) {
  using namespace recapd::bench;
  CLI::App app{"Measures recapd against what its database could do.",
               "recapd-bench"};
  app.footer("Three rounds, medians. It starts its own PostgreSQL and nodes, "
             "and ends them.\nRatios are to baselines of the same round, which "
             "write without the engine: limit (the\nrows of a service written "
             "by hand, in groups of 1,000), by hand (the same, a\ntransaction "
             "a step, 32 clients) and rows (the engine's rows, in groups).");
  run_options o;
  std::string format = "table";
  o.programs = fs::canonical("/proc/self/exe").parent_path();
  app.add_option("--scenario", o.scenarios, "Some of them, by commas")
      ->delimiter(',')
      ->check(CLI::IsMember(names()));
  app.add_option("--nodes", o.nodes,
                 "1,2,3: what a step costs on so many nodes, over one node's")
      ->delimiter(',')
      ->check(CLI::Range(1, 64));
  app.add_option("--rounds", o.rounds, "How often to measure")
      ->check(CLI::Range(1, 100));
  app.add_option("--seconds", o.seconds, "About how long a measurement lasts")
      ->check(CLI::Range(0.01, 7200.0));
  app.add_flag("--quick", o.quick,
               "Under a minute: small sizes, one round, to see that it works");
  app.add_option("-o,--output", format, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--data", o.data, "The folder of its PostgreSQL")->required();
  app.add_option("--programs", o.programs,
                 "The folder with recapd and recapctl, for another build");
  app.add_option("--postgres", o.script, "tools/postgres")->required();
  CLI11_PARSE(app, argc, argv);
  if (o.scenarios.empty() && o.nodes.empty()) o.scenarios = names();
  if (!o.nodes.empty()) o.scenarios.emplace_back(nodes_scenario);
  if (o.quick) {
    o.rounds = 1;
    o.seconds = std::min(o.seconds, 0.2);
  }
  try {
    fs::create_directories(o.data);
    bench_run b{o};
    const bool good = run(b);
    if (format == "json")
      fmt::print("{}\n", boost::json::serialize(b.out().json()));
    else
      fmt::print("{}", b.out().table());
    return good ? 0 : 1;
  } catch (const std::exception &e) {
    fmt::print(stderr, "\nrecapd-bench: {}\n", e.what());
    return 1;
  }
}
