// The policy book: the policies of this database, by version.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string_view>

#include "storage/store.hpp"
#include "workflows/policy.hpp"

namespace recapd::actors {

/// The exception for a policy whose weeks begin on another day than those by
/// which the hours in the database are counted. It names the setting.
class other_weeks : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Holds every version, since a session is always decided by the version it
/// began with. Thread safe. A policy that the book returned stays valid as long
/// as the book.
class policy_book {
public:
  /// Adds the version that new sessions get.
  void set_current(int version, workflows::policy p);
  /// Throws other_weeks unless weeks begin as in the newest version that was
  /// added: a stored counter does not say on which day its week began.
  void check_weeks(const workflows::policy &next) const;
  /// Adds the versions that are not there yet. Throws std::runtime_error if a
  /// stored policy cannot be read.
  void add(const std::vector<storage::policy_row> &rows);

  [[nodiscard]] int current_version() const;
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
  int current_ = 0;
};

}  // namespace recapd::actors
