// Whether the feed is held back, and by whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/postgres/endpoint.hpp"

namespace recapd::gateway::feed {

struct watch_tuning {
  std::chrono::milliseconds poll{5000};
  std::chrono::milliseconds patience{10000};  ///< with an open transaction
};

/// Looks from construction until it ends, on a thread and a connection of its
/// own.
class watch {
public:
  /// `tell` gets a sentence that names the transaction that events have waited
  /// for too long, when that begins or it is another one, and nothing when it
  /// is over.
  watch(storage::postgres::endpoint database,
        std::function<void(std::optional<std::string>)> tell,
        watch_tuning tuning = {});
  ~watch();
  watch(const watch &) = delete;
  watch &operator=(const watch &) = delete;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::feed
