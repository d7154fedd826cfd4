// SPDX-License-Identifier: Apache-2.0
#include "shrink.hpp"

#include <algorithm>

namespace recapd::simulation {

shrunk shrink(std::uint64_t seed, const plan &failing, const run_result &result,
              int tries) {
  shrunk best{.smallest = failing, .result = result};
  auto part = best.smallest.commands.size() / 2;
  while (part > 0 && tries > 0) {
    bool smaller = false;
    for (std::size_t from = 0;
         from < best.smallest.commands.size() && tries > 0;) {
      auto candidate = best.smallest;
      auto &all = candidate.commands;
      const auto first = all.begin() + std::ptrdiff_t(from);
      all.erase(first,
                first + std::ptrdiff_t(std::min(part, all.size() - from)));
      --tries;
      auto outcome = world{seed, candidate}.run();
      if (outcome.violations.empty()) {
        from += part;
        continue;
      }
      best = {.smallest = std::move(candidate), .result = std::move(outcome)};
      smaller = true;
    }
    if (!smaller || part > best.smallest.commands.size() / 2) part /= 2;
  }
  return best;
}

}  // namespace recapd::simulation
