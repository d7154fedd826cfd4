// The engine's bare rows, written in groups without the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "tools/bench/rows.hpp"

namespace recapd::bench {

struct group_options {
  std::size_t connections = 2;
  std::size_t group = 1000;  ///< steps in one transaction
  /// Every parameter is built before the clock starts.
  bool built_before = true;
  std::function<void(std::size_t)> tell;  ///< lessons written so far
};

/// Writes the first `count` lessons of the campus, all steps the book has, and
/// returns the seconds it took.
double write_groups(const std::string &database, const row_book &book,
                    const campus &where, std::size_t count,
                    const group_options &how = {});

}  // namespace recapd::bench
