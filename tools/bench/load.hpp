// What the scenarios send: requests for stretches of the campus.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/bench/campus.hpp"
#include "tools/bench/load_client.hpp"

namespace recapd::bench {

/// A stretch of lessons, `from` to `from + count`.
struct stretch {
  std::size_t from = 0;
  std::size_t count = 0;
};

using request_lanes = std::vector<std::vector<std::string>>;

/// Returns batches of 1,000: a lane takes a thousand lessons through their four
/// commands, then the next thousand.
[[nodiscard]] request_lanes batch_lanes(const campus &c, stretch s,
                                        std::size_t count);
/// Returns batches as batch_lanes() does, of any lessons.
[[nodiscard]] request_lanes
batch_lanes_of(const campus &c, const std::vector<std::size_t> &lessons,
               std::size_t count);
/// Returns single events: a lane takes one lesson after another through its
/// four commands.
[[nodiscard]] request_lanes single_lanes(const campus &c, stretch s,
                                         std::size_t count);
/// Returns single events in one sequence; a lesson's are `gap` requests apart.
[[nodiscard]] std::vector<std::string> sequence(const campus &c, stretch s,
                                                std::size_t gap);

/// Throws std::runtime_error with the first answer that was not 200.
void require_success(const load_result &r);

}  // namespace recapd::bench
