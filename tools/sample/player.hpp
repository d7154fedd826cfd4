// Plays planned steps against a node, moving its manual clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/common/client.hpp"
#include "tools/sample/campus.hpp"

namespace recapd::sample {

/// What the node answered.
struct tally {
  std::size_t commands = 0;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  std::size_t duplicates = 0;                ///< of the accepted commands
  std::map<std::string, std::size_t> codes;  ///< each refusal of an outcome
};

/// Returns the manual clock's time. Throws tools::problem if there is none.
[[nodiscard]] instant node_time(tools::client &node);

/// Plays the steps in order of time: the clock is moved to each moment, then
/// its commands go out in batches; at last the clock moves to `end`.
[[nodiscard]] tally play(tools::client &node, const std::vector<step> &steps,
                         instant end);

/// Gives everybody (ROLE:ID; not programs) the name that their id stands for.
void name_people(tools::client &node, const std::set<std::string> &people);

}  // namespace recapd::sample
