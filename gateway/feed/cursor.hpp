// Where a sink (webhook, NATS) stands in the feed, and what it holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/engine/engine.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::feed {

/// Holds how far a sink has got in the feed, and which sessions it holds. What
/// it knows counts for the epoch in which it was read (storage/epochs.hpp): in
/// another, or where another node has saved the sink meanwhile, it is loaded
/// anew. Not thread safe.
class cursor {
public:
  /// Begins without a position. `sink` is the sink's name in the store.
  cursor(actors::engine &engine, metrics &meters, std::string sink)
      : engine_{engine}, meters_{meters}, sink_{std::move(sink)} {}

  /// Returns false where the next call of position() loads what is stored.
  [[nodiscard]] bool known() const { return at_.has_value(); }
  /// Returns up to where the sink is done; nothing where it could not be read.
  [[nodiscard]] std::optional<std::int64_t> position();
  /// Returns the rows behind the position, `limit` at most; nothing where none
  /// could be read, or the epoch is another.
  [[nodiscard]] std::optional<std::vector<storage::feed_row>> next(int limit);
  /// Moves the position to a row that is done, or whose session is held.
  void pass(const storage::feed_row &row);

  /// Held sessions by id. Their rows up to the position wait.
  using held_sessions = std::map<std::string, storage::held_session>;
  /// Returns the held sessions. Like pass(), next_of(), hold() and release() it
  /// requires known().
  [[nodiscard]] const held_sessions &held() const { return at_->held; }
  /// Returns the rows that wait for a held session, as next() does.
  [[nodiscard]] std::optional<std::vector<storage::feed_row>>
  next_of(const storage::held_session &held, int limit);
  void hold(storage::held_session held);
  void release(const std::string &session);

  /// Saves the position and the holds. Returns false where they are not saved:
  /// they are saved the next time, or forgotten, where the epoch or what is
  /// stored is another. What was not saved is delivered twice.
  [[nodiscard]] bool save();
  /// Forgets what was loaded, since another node goes on from it.
  void forget();

private:
  struct place {
    std::string epoch;
    std::int64_t position = 0;
    std::int64_t version = 0;  ///< of the sink in the store
    held_sessions held = {};
  };
  void tell_place();

  actors::engine &engine_;
  metrics &meters_;
  std::string sink_;
  std::optional<place> at_;
  bool moved_ = false;  ///< the position has changed since it was saved
  std::set<std::string> changed_;  ///< sessions whose holds have changed
};

}  // namespace recapd::gateway::feed
