// The worker's input: what comes from other threads and is dealt with by one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/nats/item.hpp"

namespace recapd::gateway::nats {

/// An answer of the engine or the store.
struct answered {
  item_ptr item;
  bool fault = false;       ///< the message has to come again
  actors::outcome outcome;  ///< for `replyto`
};
/// A message that came, or an answer.
using input = std::variant<message, answered>;

/// Holds the worker's input. Thread safe.
class queue {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void put(input one) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(one));
    changed_.notify_all();
  }

  /// Ends the present wait, or else the next one.
  void wake() {
    const std::lock_guard lock{mutex_};
    woken_ = true;
    changed_.notify_all();
  }

  /// Ends every wait from now on.
  void stop() {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool stopped() {
    const std::lock_guard lock{mutex_};
    return stopped_;
  }

  /// Takes all there is, as soon as there is something or the wait is ended.
  std::vector<input> take(time_point until) {
    return take_when(until, [this] { return stopped_ || woken_; });
  }

  /// Takes as take() does, also after stop().
  std::vector<input> take_last(time_point until) {
    return take_when(until, [] { return false; });
  }

private:
  template <class Ended>
  std::vector<input> take_when(time_point until, Ended ended) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, until, [&] { return ended() || !all_.empty(); });
    woken_ = false;
    return std::exchange(all_, {});
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<input> all_;
  bool woken_ = false;
  bool stopped_ = false;
};

}  // namespace recapd::gateway::nats
