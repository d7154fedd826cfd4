// A store whose connection breaks now and then, as the random source says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "rng.hpp"
#include "storage/store.hpp"

namespace recapd::simulation {

/// How often what goes wrong, per mille of the calls.
struct fault_rates {
  unsigned commit_fails = 0;  ///< certainly not written
  unsigned answer_lost = 0;   ///< written, or a part, or not; nobody knows
  unsigned read_fails = 0;
  unsigned beat_fails = 0;
};

/// Shared by the connections of one process.
struct connection_state {
  fault_rates rates;
  bool cut = false;       ///< the process is dead: nothing of it gets through
  bool away = false;      ///< the network to the database is gone
  bool breaking = false;  ///< it goes with the next commit's answer
  bool shaken = false;    ///< an answer was lost: the look for it may fail, too
  std::map<std::string, std::uint64_t> faults;  ///< by kind
  std::uint64_t lost = 0;                       ///< of them: answers to commits
  std::map<std::string, std::uint64_t> refused;  ///< by the journal itself
};

/// Called with each commit, in the order of writing.
struct commit_watch {
  std::function<void(const storage::commit &)> written;
  std::function<void(const storage::commit &)> refused;
  /// True if the journal knows that another node serves the session.
  std::function<bool(const storage::commit &)> stale;
};

[[nodiscard]] std::unique_ptr<storage::store>
make_faulty_store(std::unique_ptr<storage::store> inner,
                  std::shared_ptr<connection_state> state,
                  std::shared_ptr<random_source> rng, commit_watch watch);

}  // namespace recapd::simulation
