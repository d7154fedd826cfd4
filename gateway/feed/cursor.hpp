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

/// Goes on behind what was delivered last, whatever happens to the database:
/// what it remembers counts for the epoch in which it was so, and is loaded
/// anew in another (storage/epochs.hpp), as it is where another node has gone
/// on meanwhile. Not thread safe.
class cursor {
public:
  /// `sink` is its name in the store.
  cursor(actors::engine &engine, metrics &meters, std::string sink)
      : engine_{engine}, meters_{meters}, sink_{std::move(sink)} {}

  /// False where the next call of position() loads.
  [[nodiscard]] bool known() const { return at_.has_value(); }
  /// Where that is; nothing where it could not be read.
  [[nodiscard]] std::optional<std::int64_t> position();
  /// The rows that come next, `limit` at most; nothing where none could be
  /// read.
  [[nodiscard]] std::optional<std::vector<storage::feed_row>> next(int limit);
  /// The row is done with, or its session held.
  void pass(const storage::feed_row &row);

  /// By session. Their rows up to the cursor wait.
  using held_sessions = std::map<std::string, storage::held_session>;
  /// Precondition of this and what follows: known().
  [[nodiscard]] const held_sessions &held() const { return at_->held; }
  /// The rows that one of them waits with, as next().
  [[nodiscard]] std::optional<std::vector<storage::feed_row>>
  next_of(const storage::held_session &held, int limit);
  void hold(storage::held_session held);
  void release(const std::string &session);

  /// So that whoever goes on does not begin before this. What could not be
  /// saved is delivered twice: false, and it is saved the next time, or known
  /// no more.
  [[nodiscard]] bool save();
  /// Another node goes on from here.
  void forget();

private:
  struct place {
    std::string epoch;
    std::int64_t position = 0;
    std::int64_t version = 0;  ///< in the store
    held_sessions held = {};
  };
  void tell_place();

  actors::engine &engine_;
  metrics &meters_;
  std::string sink_;
  std::optional<place> at_;
  bool moved_ = false;             ///< since it was saved
  std::set<std::string> changed_;  ///< so are the holds of these
};

}  // namespace recapd::gateway::feed
