// Epochs: which database answers, and which stretch of its life.
//
// An epoch is a stretch in which a database loses no transaction that anybody
// has seen: it ends when the server starts anew, a standby is promoted, or the
// database is restored. What was learnt in an epoch (positions in the feed,
// policies, what actors remember) is looked at again in the next. Each epoch
// has a row in the table `epochs`, written by the first connection that meets
// it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace recapd::storage {

/// A state of a database. Of two states of one database the one with the higher
/// timeline is the later.
struct database_place {
  std::string system;         ///< the cluster's system identifier
  std::int64_t database = 0;  ///< the database's oid in the cluster
  int timeline = 0;           ///< one more after each promotion
  bool operator==(const database_place &) const = default;
  /// Returns a name for people, such as `database 5 of system 1, timeline 3`.
  [[nodiscard]] std::string name() const;
};

/// The epochs of a database in order, the last its current one.
class epoch_list {
public:
  struct epoch {
    std::string token;       ///< random: no other epoch of any database has it
    std::int64_t first = 0;  ///< the lowest position that its events may have
  };

  epoch_list() = default;
  /// Takes the epochs in the order of `first`, at least one.
  explicit epoch_list(std::vector<epoch> all) : all_{std::move(all)} {}

  /// Returns the current epoch's token; empty where there is no epoch.
  [[nodiscard]] const std::string &current() const { return all_.back().token; }
  /// Returns the token of the epoch that an event's position is of.
  [[nodiscard]] const std::string &of(std::int64_t position) const;
  /// Returns the position after which a reader who stands at `place` has to
  /// read on in this database; nothing where the place's epoch was lost or is
  /// another database's.
  [[nodiscard]] std::optional<std::int64_t> find(const feed_place &place) const;

private:
  std::vector<epoch> all_{epoch{}};
};

/// Watches over all connections of a process, of which there is one watch: they
/// work on one database, and never on an earlier state of it than one of them
/// has seen. Thread safe.
class epoch_watch {
public:
  /// Admits a connection to the database it has found. A newer timeline and a
  /// new epoch are remembered, and the listener is told. Returns a sentence
  /// that says why not where it is another database, or its timeline is older.
  [[nodiscard]] std::optional<std::string> admit(const database_place &found,
                                                 const std::string &epoch);
  /// Returns the epoch's token that was admitted last; empty before the first.
  [[nodiscard]] std::string current() const;
  /// Returns the database that was admitted last; nothing before the first.
  [[nodiscard]] std::optional<database_place> place() const;

  /// Sets the listener, which is called once for each change after the first
  /// epoch, by the thread that met the change, with the lock held: it must only
  /// hand over. `why` is a sentence.
  void on_change(std::function<void(std::string why)> f);

private:
  mutable std::mutex mutex_;
  std::optional<database_place> seen_;
  std::string epoch_;
  std::function<void(std::string)> changed_;
};

}  // namespace recapd::storage
