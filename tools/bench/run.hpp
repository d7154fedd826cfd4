// One run of the benchmark: its options, server, nodes, report and scenarios.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/bench/load_client.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/report.hpp"

namespace recapd::bench {

struct run_options {
  std::vector<std::string> scenarios;
  std::vector<std::size_t> nodes;  ///< how many, in the scenario with several
  int rounds = 3;
  double seconds = 8;  ///< about how long each measurement lasts
  bool quick = false;
  std::string programs;  ///< the folder with recapd and recapctl
  std::string script;    ///< tools/postgres
  std::string data;      ///< the server's and the nodes' folder
};

/// The CPU that each has used up to a moment, in seconds, and the WAL.
struct resources {
  double node = 0;
  double postgres = 0;
  double load = 0;
  double wal_bytes = 0;
};

class bench_run {
public:
  explicit bench_run(run_options o);

  [[nodiscard]] const run_options &options() const { return options_; }
  [[nodiscard]] report &out() { return out_; }
  [[nodiscard]] postgres &server() { return server_; }
  [[nodiscard]] std::string recapctl() const {
    return options_.programs + "/recapctl";
  }
  /// Returns `quick` in a quick run, else `usual`.
  [[nodiscard]] std::size_t size(std::size_t usual, std::size_t quick) const {
    return options_.quick ? quick : usual;
  }
  /// Returns as many as `per_second` makes in the time of a measurement, in
  /// whole thousands.
  [[nodiscard]] std::size_t count_for(double per_second) const;

  [[nodiscard]] std::unique_ptr<node>
  start_node(const std::string &database,
             std::map<std::string, std::string> environment = {},
             unsigned short port = 0, bool wait = true);
  [[nodiscard]] resources used(const node *n) const;
  /// Returns what shows how far a measurement is, of so many.
  [[nodiscard]] load_client::progress teller(const std::string &what,
                                             std::size_t of);
  /// Adds the median and the 99th percentile of some answers, in ms, as
  /// figures of the names "p50" and "p99" with what stands around them.
  void add_latencies(const std::string &scenario, const std::string &before,
                     const std::string &behind,
                     const std::vector<std::uint32_t> &latencies_us);
  /// Adds the CPU and the WAL a step used. `when` is part of the figures'
  /// names, if the scenario has several such.
  void add_used(const std::string &scenario, const resources &from,
                const resources &to, std::size_t steps,
                const std::string &when = {});

private:
  run_options options_;
  report out_;
  postgres server_;
  std::string config_;
};

/// Commands a second: more than a campus needs.
inline constexpr double calm_rate = 500;
inline constexpr const char *at_calm_rate = " at 500/s";

void measure_limit(bench_run &b);
void measure_by_hand(bench_run &b);
void measure_rows(bench_run &b);
void measure_batches(bench_run &b);
void measure_single(bench_run &b);
void measure_inbox(bench_run &b);
void measure_repeats(bench_run &b);
void measure_latency(bench_run &b);
void measure_growth(bench_run &b);
void measure_churn(bench_run &b);
void measure_memory(bench_run &b);
void measure_neighbours(bench_run &b);
void measure_nodes(bench_run &b);
void measure_replicated(bench_run &b);
void measure_timers(bench_run &b);
void measure_recovery(bench_run &b);
void measure_idle(bench_run &b);
void measure_statistics(bench_run &b);

/// Fills `database` with sessions that start in a month: the engine writes two
/// of them, the others are written like them without it.
void add_resting(bench_run &b, const std::string &database, std::size_t count);

}  // namespace recapd::bench
