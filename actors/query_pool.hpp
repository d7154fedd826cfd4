// Reads for people, on the node's readers for them, in turn.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/fair_queue.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

/// Thread safe. Shared with the tasks on their way and the answers that were
/// not taken yet.
class query_pool : public std::enable_shared_from_this<query_pool> {
public:
  /// `node`: where the readers are now.
  query_pool(unsigned readers, std::function<context_ptr()> node);

  [[nodiscard]] admission add(const std::string &caller,
                              std::function<void(storage::store &)> task,
                              std::function<void(storage::fault)> failed);
  [[nodiscard]] std::shared_ptr<void> reserve_bytes(const std::string &caller,
                                                    std::size_t bytes);
  /// Begins nothing more; whoever waits hears `unavailable`.
  void close();

private:
  void begin_all();
  void send(const std::string &caller, std::shared_ptr<read_task> task);

  std::function<context_ptr()> node_;
  std::mutex mutex_;
  fair_queue queue_;
  std::vector<unsigned> free_;  ///< readers
  bool beginning_ = false;      ///< somebody is at it
  bool closed_ = false;
};

}  // namespace recapd::actors
