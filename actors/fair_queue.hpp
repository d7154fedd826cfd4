// Whose task is next among callers who share a few readers.
//
// Fair queueing by start time: each caller's account is what he was served, in
// time. Whoever was served least comes first; a caller who was away begins at
// the present level, so that nobody saves time up, and one with many questions
// delays another by those at most that are being answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace recapd::actors {

enum class admission : std::uint8_t {
  taken,
  caller_full,  ///< too many of this caller's wait
  full          ///< too many wait
};

struct queue_bounds {
  std::size_t running = 2;
  std::size_t running_each = 1;
  std::size_t waiting = 2048;
  std::size_t waiting_each = 256;
  /// Of answers that were not taken yet; beyond, nothing begins.
  std::size_t unread_bytes = 256U << 20U;
  std::size_t unread_bytes_each = 32U << 20U;
};

/// Not thread safe.
class fair_queue {
public:
  using task = std::function<void()>;
  using duration = std::chrono::steady_clock::duration;

  explicit fair_queue(const queue_bounds &bounds) : bounds_{bounds} {}

  [[nodiscard]] admission add(const std::string &caller, task what);
  struct item {
    std::string caller;
    task what;
  };
  /// The next that may begin, if any; it runs until `ended`.
  [[nodiscard]] std::optional<item> next();
  void ended(const std::string &caller, duration took);
  void reserve_bytes(const std::string &caller, std::size_t bytes);
  void release_bytes(const std::string &caller, std::size_t bytes);

  /// Forgets whoever waits; their tasks are dropped where the answer is.
  [[nodiscard]] std::vector<task> drop_waiting();

  /// Callers that anything is known of.
  [[nodiscard]] std::size_t callers() const { return callers_.size(); }

private:
  struct account {
    std::deque<task> waiting;
    std::size_t running = 0;
    std::size_t unread_bytes = 0;
    duration served{0};
  };
  [[nodiscard]] bool at_rest(const account &a) const;
  void forget();

  queue_bounds bounds_;
  std::map<std::string, account, std::less<>> callers_;
  std::size_t waiting_ = 0;
  std::size_t running_ = 0;
  std::size_t unread_bytes_ = 0;
  duration level_{0};  ///< of whoever was served last
};

}  // namespace recapd::actors
