// Planted bugs: the simulation must find each. Those of the product's files are
// in mutants.toml; the simulation's own code asks for the others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::simulation {

/// Names the bug that is planted; empty: none is.
inline std::string planted_bug;

/// Returns true where the named bug is to show.
inline bool planted(std::string_view name) {
  return planted_bug == name;
}

}  // namespace recapd::simulation
