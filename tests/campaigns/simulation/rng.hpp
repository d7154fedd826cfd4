// The simulation's only source of chance: the same seed, the same draws.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace recapd::simulation {

/// One stream of random numbers. The standard's distributions differ between
/// libraries, so none is used.
class random_source {
public:
  /// Streams of one seed with different names are independent.
  random_source(std::uint64_t seed, std::uint64_t stream)
      : engine_{seed * 0x9E3779B97F4A7C15ULL + stream * 0xD1B54A32D192ED03ULL} {
  }

  /// Returns 0 to n - 1; n is at least 1.
  std::size_t below(std::size_t n) { return std::size_t(engine_() % n); }
  /// Returns low to high, both included.
  int between(int low, int high) {
    return low + int(below(std::size_t(high - low + 1)));
  }
  /// Returns true in about `per_mille` of 1000 cases.
  bool chance(unsigned per_mille) { return engine_() % 1000 < per_mille; }

  /// Returns one of `all`, which is not empty.
  template <class T> const T &of(const std::vector<T> &all) {
    return all[below(all.size())];
  }

private:
  std::mt19937_64 engine_;
};

}  // namespace recapd::simulation
