// Single events to a node, at a rate or as fast as it answers, for scenarios.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/run.hpp"

namespace recapd::bench {

/// A node on a database of its own, and the client that sends to it. The
/// lessons go on from one run to the next.
class single_events {
public:
  /// Starts the node. `what` is shown as progress.
  single_events(bench_run &b, std::string what);

  [[nodiscard]] const node &server() const { return *node_; }
  /// Sends so many commands, as fast as 64 connections have their answers.
  [[nodiscard]] load_result at_the_top(double commands);
  /// Sends so many commands a second in an open loop, for one measurement.
  [[nodiscard]] load_result at_rate(double per_second, const std::string &when);
  /// Waits for the end, verifies it and drops the database.
  void finish();

private:
  [[nodiscard]] stretch take(double commands);

  bench_run &bench_;
  std::string what_;
  std::string database_;
  campus campus_;
  std::unique_ptr<node> node_;
  load_client client_;
  std::size_t next_ = 0;
};

}  // namespace recapd::bench
