// The simulation's only source of chance: the same seed, the same rolls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace recapd::simulation {

/// One stream of rolls. The standard's distributions differ between libraries,
/// so none is used.
class dice {
public:
  /// Streams of one seed with different names are independent.
  dice(std::uint64_t seed, std::uint64_t stream)
      : engine_{seed * 0x9E3779B97F4A7C15ULL + stream * 0xD1B54A32D192ED03ULL} {
  }

  /// 0 to n - 1; n at least 1.
  std::size_t below(std::size_t n) { return std::size_t(engine_() % n); }
  /// low to high, both included.
  int between(int low, int high) {
    return low + int(below(std::size_t(high - low + 1)));
  }
  /// True in about `per_mille` of 1000 cases.
  bool chance(unsigned per_mille) { return engine_() % 1000 < per_mille; }

  template <class T> const T &of(const std::vector<T> &all) {
    return all[below(all.size())];
  }

private:
  std::mt19937_64 engine_;
};

}  // namespace recapd::simulation
