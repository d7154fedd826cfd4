// What is said of a seed that fails, and of all that were run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "attempt.hpp"

namespace recapd::simulation {

/// What a reader needs in order to see a failure again.
struct origin {
  std::string commit;
  std::string again;  ///< the program's call, without the seed
};

/// Seed, commit, what went wrong, the last steps, and the fewest commands that
/// still make it fail.
void explain(black_box &box, std::uint64_t seed,
             const std::vector<std::string> &failures,
             const std::vector<std::string> &last_steps, const origin &from);

/// The counts; the last line sums them up.
void print_sums(const tally &sums, std::uint64_t violations);

/// What a run that claims to cover everything has not met: events, refusals of
/// the domain and of the journal, notifications, faults, and what several nodes
/// meet. `malformed` never gets as far as the actors.
[[nodiscard]] std::vector<std::string> not_met(const tally &sums);

}  // namespace recapd::simulation
