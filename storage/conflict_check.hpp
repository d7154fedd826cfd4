// Whether a commit conflicts with what is known to be stored: four refusals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.hpp"

namespace recapd::storage {

/// The changes of one counter taken together.
struct net_change {
  std::int64_t delta = 0;
  bool raised = false;     ///< some change raises it
  std::optional<int> cap;  ///< the lowest of the raises' caps
};
using net_changes = std::map<workflows::usage_key, net_change>;

/// Adds changes to `net`; those of 0 count for nothing.
void add_changes(net_changes &net, std::span<const usage_change> changes);

/// Knows what is stored, as far as refusals depend on it, and refuses what
/// conflicts with that. memory::memory_store has all of it in memory;
/// postgres::sql_store loads what a refused group touches, to find out which
/// commits it was refused for.
class conflict_check {
public:
  std::map<std::string, int, std::less<>> versions;  ///< by session, absent: 0
  std::set<command_key> commands;
  std::map<workflows::usage_key, std::int64_t> used;
  /// By session, in the order in which they were written.
  std::map<std::string, std::vector<workflows::transfer>, std::less<>> ledger;

  /// Returns why the commit must be refused; nothing if it may be written, and
  /// then the members move on as if it had been.
  [[nodiscard]] std::optional<fault> admit(const commit &c);

private:
  [[nodiscard]] bool follows(const commit &c) const;
  [[nodiscard]] bool passes_limit(const net_changes &net) const;
  [[nodiscard]] bool ledger_refuses(const commit &c) const;
};

/// Stops the program unless a commit is whole in itself: seqs in a row, a row
/// exactly when there are events, its version the last one's.
void require_well_formed(const commit &c);

}  // namespace recapd::storage
