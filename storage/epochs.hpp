// Which database answers, and which stretch of its life.
//
// An epoch is a stretch in which a database loses no transaction that anybody
// has seen: it ends when the server starts anew, a standby is promoted, or the
// database is restored. What was learnt in one (positions in the feed,
// policies, what actors remember) is looked at again in the next. Each has a
// row in table `epochs`, written by the first connection that meets it.
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

/// Where a database is. Of two, the one with the higher timeline is the later.
struct database_place {
  std::string system;         ///< the cluster's system identifier
  std::int64_t database = 0;  ///< its oid there
  int timeline = 0;           ///< the server's, one more after each promotion
  bool operator==(const database_place &) const = default;
  /// Returns `database 5 of system 1, timeline 3`.
  [[nodiscard]] std::string name() const;
};

/// The epochs of a database in order, the last its current one.
class epoch_list {
public:
  struct epoch {
    std::string token;       ///< drawn: no other epoch of any database has it
    std::int64_t first = 0;  ///< its events' positions are from here on
  };

  epoch_list() = default;
  /// By `first`; not empty.
  explicit epoch_list(std::vector<epoch> all) : all_{std::move(all)} {}

  /// Empty where there is none.
  [[nodiscard]] const std::string &current() const { return all_.back().token; }
  /// Of the event at that position.
  [[nodiscard]] const std::string &of(std::int64_t position) const;
  /// What follows `place` in this database: the position behind which nothing
  /// is that whoever stands there has not seen. Nothing where the place's epoch
  /// was lost, or is another database's.
  [[nodiscard]] std::optional<std::int64_t> find(const feed_place &place) const;

private:
  std::vector<epoch> all_{epoch{}};
};

/// One a process, for all its connections: they work on the same database, and
/// never on an earlier state of it than one of them has seen. Thread safe.
class epoch_watch {
public:
  /// Admits a connection to what it has found: a newer timeline and a new epoch
  /// are remembered, and told to who listens. Returns why not, a sentence,
  /// where that is another database than before, or an older timeline.
  [[nodiscard]] std::optional<std::string> admit(const database_place &found,
                                                 const std::string &epoch);
  /// The epoch that was admitted last; empty before the first.
  [[nodiscard]] std::string current() const;
  /// Where that was.
  [[nodiscard]] std::optional<database_place> place() const;

  /// Called once after each change but the first, by whichever thread has met
  /// it: must only hand over. `why` is a sentence.
  void on_change(std::function<void(std::string why)> f);

private:
  mutable std::mutex mutex_;
  std::optional<database_place> seen_;
  std::string epoch_;
  std::function<void(std::string)> changed_;
};

}  // namespace recapd::storage
