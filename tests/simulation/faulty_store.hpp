// A store whose connection breaks when the dice say so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "dice.hpp"
#include "storage/store.hpp"

namespace recapd::simulation {

/// How often what goes wrong, per mille of the calls.
struct fault_rates {
  unsigned commit_fails = 0;  ///< certainly not written
  unsigned answer_lost = 0;   ///< written, or a part, or not; nobody knows
  unsigned read_fails = 0;
};

/// Shared by the connections of one process.
struct connection_state {
  fault_rates rates;
  bool cut = false;  ///< the process is dead: nothing of it gets through
  std::uint64_t faults = 0;
  std::uint64_t lost = 0;  ///< of them: answers to commits
  std::map<std::string, std::uint64_t> refused;  ///< by the journal itself
};

/// Called with each commit that is written, in the order of writing.
using commit_watch = std::function<void(const storage::commit &)>;

[[nodiscard]] std::unique_ptr<storage::store>
make_faulty_store(std::unique_ptr<storage::store> inner,
                  std::shared_ptr<connection_state> state,
                  std::shared_ptr<dice> rolls, commit_watch watch);

}  // namespace recapd::simulation
