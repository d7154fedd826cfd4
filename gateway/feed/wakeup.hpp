// How a thread that sends events waits for work.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace recapd::gateway::feed {

/// Wakes a thread that waits for work, whose first wait ends at once. Thread
/// safe.
class wakeup {
public:
  /// Ends the present wait for work, or else the next one.
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

  /// Returns a flag, true from stop() on, for whoever polls it.
  [[nodiscard]] const std::atomic<bool> &stopped() const { return stopped_; }

  /// Waits until `bound` has passed, stop() or, if `for_work`, wake(). Returns
  /// false once stopped.
  bool wait(std::chrono::milliseconds bound, bool for_work) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, bound,
                      [&] { return stopped_ || (for_work && woken_); });
    woken_ = woken_ && !for_work;
    return !stopped_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;
  std::atomic<bool> stopped_{false};
};

}  // namespace recapd::gateway::feed
