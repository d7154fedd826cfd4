// Shrinking: the fewest commands with which a seed still fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "attempt.hpp"

namespace recapd::simulation {

struct shrunk {
  plan smallest;
  std::string failure;  ///< of the smallest
};

/// How much shrinking may cost.
struct shrinking_bounds {
  int runs = 150;
  std::uint64_t steps = 20'000'000;  ///< of all runs together
};

/// Leaves out ever smaller parts of the plan while the seed still fails,
/// crashes included. Each try runs apart, with `box` for its steps.
[[nodiscard]] shrunk shrink(black_box &box, std::uint64_t seed,
                            const plan &failing, const std::string &failure,
                            shrinking_bounds most = {});

}  // namespace recapd::simulation
