// Work in a process of its own, so that a crash ends nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "black_box.hpp"
#include "world.hpp"

namespace recapd::simulation {

/// How a child ended: its exit status; or, if it never got so far as to end its
/// black box, how it crashed.
struct fate {
  int status = 0;
  std::optional<std::string> crash;
};
/// Runs `work` in a child, which dies with its parent, and waits for it.
[[nodiscard]] fate run_apart(black_box &box, const std::function<int()> &work);

/// Runs one seed; every line of its trace goes into the box, and to `also`.
[[nodiscard]] run_result
run_traced(black_box &box, std::uint64_t seed, const plan &p,
           const std::function<void(const std::string &)> &also = {});

/// Returns how a seed fails with this plan, crashes included; nothing if it
/// does not.
[[nodiscard]] std::optional<std::string>
failure_of(black_box &box, std::uint64_t seed, const plan &p);

}  // namespace recapd::simulation
