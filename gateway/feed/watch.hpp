// The watch over the feed: whether it is held back, and by whom.
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
  /// How long a transaction may hold the feed back.
  std::chrono::milliseconds patience{10000};
};

/// Looks for open transactions that events wait for, from construction to
/// destruction, on a thread and a connection of its own.
class watch {
public:
  /// Calls `tell` with a sentence that names the transaction when events have
  /// waited for it too long, and with nothing when they wait for it no more.
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
