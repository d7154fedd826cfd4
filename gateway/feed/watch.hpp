// Whether the feed is held back, and by whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/postgres/access.hpp"

namespace recapd::ingress {

struct feed_watch_tuning {
  std::chrono::milliseconds poll{5000};
  std::chrono::milliseconds patience{10000};  ///< with an open transaction
};

/// Looks from construction until it ends, on a thread and a connection of its
/// own.
class feed_watch {
public:
  /// `tell` gets a sentence that names the transaction that events have waited
  /// for too long, when that begins or it is another one, and nothing when it
  /// is over.
  feed_watch(storage::pg_access database,
             std::function<void(std::optional<std::string>)> tell,
             feed_watch_tuning tuning = {});
  ~feed_watch();
  feed_watch(const feed_watch &) = delete;
  feed_watch &operator=(const feed_watch &) = delete;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::ingress
