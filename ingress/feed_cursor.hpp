// Where a sink (webhook, NATS) stands in the feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "ingress/metrics.hpp"

namespace recapd::ingress {

/// Goes on behind what was delivered last, whatever happens to the database:
/// what it remembers counts for the epoch in which it was so, and is loaded
/// anew in another (storage/epochs.hpp). Not thread safe.
class feed_cursor {
public:
  /// `sink` is its name in the store.
  feed_cursor(actors::engine &engine, metrics &meters, std::string sink)
      : engine_{engine}, meters_{meters}, sink_{std::move(sink)} {}

  /// Where that is; nothing where it could not be read.
  [[nodiscard]] std::optional<std::int64_t> position();
  /// The rows that come next, `limit` at most; nothing where none could be
  /// read.
  [[nodiscard]] std::optional<std::vector<storage::feed_row>> next(int limit);
  /// The row was delivered.
  void pass(const storage::feed_row &row);
  /// So that whoever goes on does not begin before this. What could not be
  /// saved is delivered twice.
  void save();
  /// Another node goes on from here.
  void forget();

private:
  void place_at(std::optional<storage::feed_place> place);

  actors::engine &engine_;
  metrics &meters_;
  std::string sink_;
  std::optional<storage::feed_place> place_;
};

}  // namespace recapd::ingress
