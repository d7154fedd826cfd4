// SPDX-License-Identifier: Apache-2.0
#include "shrink.hpp"

#include <algorithm>

namespace recapd::simulation {

shrunk shrink(black_box &box, std::uint64_t seed, const plan &failing,
              const std::string &failure, shrinking_bounds most) {
  shrunk best{.smallest = failing, .failure = failure};
  std::uint64_t steps = 0;
  const auto may = [&] { return most.runs > 0 && steps < most.steps; };
  auto part = best.smallest.commands.size() / 2;
  while (part > 0 && may()) {
    bool smaller = false;
    for (std::size_t from = 0; from < best.smallest.commands.size() && may();) {
      auto candidate = best.smallest;
      auto &all = candidate.commands;
      const auto first = all.begin() + std::ptrdiff_t(from);
      all.erase(first,
                first + std::ptrdiff_t(std::min(part, all.size() - from)));
      --most.runs;
      auto still = failure_of(box, seed, candidate);
      steps += box.steps();
      if (!still) {
        from += part;
        continue;
      }
      best = {.smallest = std::move(candidate), .failure = std::move(*still)};
      smaller = true;
    }
    if (!smaller || part > best.smallest.commands.size() / 2) part /= 2;
  }
  return best;
}

}  // namespace recapd::simulation
