// Lessons carried through a node as fast as it takes them, for scenarios.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/run.hpp"

namespace recapd::bench {

/// What it took until the last of so many lessons was paid.
struct carried {
  std::size_t lessons = 0;
  double seconds = 0;
  resources before;
  resources after;
  double stored = 0;  ///< bytes in tables and indexes, dead rows aside
  std::vector<std::uint32_t> latencies_us;  ///< of answers; the inbox has none

  [[nodiscard]] double per_second() const {
    return static_cast<double>(lessons) / seconds;
  }
};

/// Does the work of the scenarios `batches` and `single`, from a fresh database
/// to its verified end. `what` is shown as progress.
[[nodiscard]] carried carry_batches(bench_run &b, const std::string &what);
[[nodiscard]] carried carry_single(bench_run &b, const std::string &what);

}  // namespace recapd::bench
