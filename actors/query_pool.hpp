// The query pool: reads for people, in turn, by readers for them alone.
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

/// Begins the tasks of callers fairly (actors/fair_queue.hpp). Thread safe. The
/// pool is shared with tasks under way and with answers that were not taken
/// yet.
class query_pool : public std::enable_shared_from_this<query_pool> {
public:
  /// Takes `node`, which returns the node whose readers are used.
  query_pool(unsigned readers, std::function<context_ptr()> node);

  /// Adds a task, as engine::query does.
  [[nodiscard]] admission add(const std::string &caller,
                              std::function<void(storage::store &)> task,
                              std::function<void(storage::fault)> failed);
  /// Counts an answer's bytes as the caller's until the token is dropped.
  [[nodiscard]] std::shared_ptr<void> reserve_bytes(const std::string &caller,
                                                    std::size_t bytes);
  /// Begins no more tasks; those that wait are answered `unavailable`.
  void close();

private:
  void begin_all();
  void send(const std::string &caller, std::shared_ptr<read_task> task);

  std::function<context_ptr()> node_;
  std::mutex mutex_;
  fair_queue queue_;
  std::vector<unsigned> free_;  ///< readers without a task
  bool beginning_ = false;      ///< a loop begins tasks
  bool closed_ = false;
};

}  // namespace recapd::actors
