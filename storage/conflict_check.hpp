// Refuses commits that conflict with what is known to be stored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/store.hpp"

namespace recapd::storage {

/// The sum of the changes of one counter.
struct net_change {
  std::int64_t delta = 0;
  bool raised = false;     ///< a change raises the counter
  std::optional<int> cap;  ///< the lowest cap of the changes that raise it
};
using net_changes = std::map<workflows::usage_key, net_change>;

/// Adds changes to `net`; a change by 0 has no effect.
void add_changes(net_changes &net, std::span<const usage_change> changes);

/// Refuses commits by its members: what is stored, as far as refusals depend on
/// it. memory::memory_store has all of it in memory; postgres::sql_store loads
/// what a refused group touches, to find out which commits it was refused for.
class conflict_check {
public:
  std::map<std::string, int, std::less<>> versions;  ///< by session; absent: 0
  std::set<command_key> commands;
  std::map<workflows::usage_key, std::int64_t> used;
  /// The transfers of each session, in the order in which they were written.
  std::map<std::string, std::vector<workflows::transfer>, std::less<>> ledger;

  /// The transfers that disbursements pay out which stand, as far as all that
  /// is stored is here.
  std::set<std::tuple<std::string, workflows::transfer_kind, int>> disbursed;
  std::map<std::string,
           std::vector<std::tuple<std::string, workflows::transfer_kind, int>>>
      disbursed_of;    ///< by the disbursement's key
  bool whole = false;  ///< all that is stored is here

  /// Returns why the commit must be refused; nothing if it may be written, and
  /// then the members change as if it had been written.
  [[nodiscard]] std::optional<fault> admit(const commit &c);

private:
  [[nodiscard]] bool follows(const commit &c) const;
  [[nodiscard]] bool passes_limit(const net_changes &net) const;
  [[nodiscard]] bool ledger_refuses(const commit &c) const;
  [[nodiscard]] bool disbursement_refused(const commit &c) const;
  void take_disbursement(const commit &c);
};

/// Ends the program unless a commit is consistent in itself: seqs without a
/// gap, a row exactly with the first event, where the session stands exactly
/// when there are events, all that makes one row of the journal.
void require_well_formed(const commit &c);

}  // namespace recapd::storage
