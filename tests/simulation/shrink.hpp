// Shrinking: the fewest commands with which a seed still fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

namespace recapd::simulation {

struct shrunk {
  plan smallest;
  run_result result;  ///< of the smallest
};

/// Leaves out ever smaller parts of the plan while the seed still fails; at
/// most `tries` runs.
[[nodiscard]] shrunk shrink(std::uint64_t seed, const plan &failing,
                            const run_result &result, int tries);

}  // namespace recapd::simulation
