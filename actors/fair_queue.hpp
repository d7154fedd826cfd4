// The fair queue: whose task is next among callers who share a few readers.
//
// It is fair queueing by start time: each caller's account is for how long the
// caller was served. Who was served least comes first; a caller who was away
// begins at the present level, so that nobody saves time up, and a caller with
// many tasks delays another at most by those that run.
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
  caller_full,  ///< too many tasks of this caller wait
  full          ///< too many tasks wait
};

/// The most of each, of all callers and (`…_each`) of one.
struct queue_bounds {
  std::size_t running = 2;  ///< tasks that run
  std::size_t running_each = 1;
  std::size_t waiting = 2048;  ///< tasks that wait
  std::size_t waiting_each = 256;
  /// The most bytes of answers that were not taken yet; beyond, nothing begins.
  std::size_t unread_bytes = 256U << 20U;
  std::size_t unread_bytes_each = 32U << 20U;
};

/// Holds the tasks of all callers. Not thread safe.
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
  /// Returns the next task that may begin, if any; it runs until `ended`.
  [[nodiscard]] std::optional<item> next();
  void ended(const std::string &caller, duration took);
  void reserve_bytes(const std::string &caller, std::size_t bytes);
  void release_bytes(const std::string &caller, std::size_t bytes);

  /// Takes out all waiting tasks; they are dropped with the returned list.
  [[nodiscard]] std::vector<task> drop_waiting();

  /// Returns how many callers have an account.
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
  duration level_{0};  ///< the account of who was served last
};

}  // namespace recapd::actors
