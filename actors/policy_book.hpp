// The policy book: the policies of this database, by version.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "storage/store.hpp"
#include "workflows/policy.hpp"

namespace recapd::actors {

/// Holds every version, since a session is always decided by the version it
/// began with. Thread safe. A policy that the book returned stays valid as long
/// as the book.
class policy_book {
public:
  /// Adds all versions of the store, whose first is `first` where there is
  /// none.
  void begin(storage::store &from, const workflows::policy &first);
  /// Adds the versions that are not there yet; the newest is the one that new
  /// sessions get. Throws std::runtime_error if a stored policy cannot be read.
  void add(const std::vector<storage::policy_row> &rows);
  /// Adds the versions that came since.
  void follow(storage::store &from);

  /// Returns the newest version; 0 where there is none.
  [[nodiscard]] int current_version() const;
  /// Returns the newest version and its policy; there must be one.
  [[nodiscard]] std::pair<int, const workflows::policy &> newest() const;
  [[nodiscard]] const workflows::policy &current() const;
  /// Returns a version's policy; null if the version is not known here (yet).
  [[nodiscard]] const workflows::policy *find(int version) const;
  /// Returns a version's policy, which is read if it is not known here yet.
  /// Throws storage_error, and std::runtime_error if there is no such version.
  [[nodiscard]] const workflows::policy &find_or_read(int version,
                                                      storage::store &from);

private:
  mutable std::shared_mutex mutex_;
  std::map<int, workflows::policy> versions_;
};

}  // namespace recapd::actors
