// A thread that looks at something from time to time, and when it is asked to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace recapd::gateway::oidc {

/// How often it looks.
struct pauses {
  std::chrono::milliseconds between;
  /// The least time between two looks, however often somebody asks.
  std::chrono::milliseconds least;
  std::chrono::milliseconds first_retry;  ///< then twice as long, each time
  std::chrono::milliseconds longest_retry;
};

/// Thread safe.
class lookout {
public:
  /// `look` returns false where it could not see. It is told when to give up.
  lookout(std::function<bool(const std::atomic<bool> &stop)> look, pauses how);
  /// Calls stop().
  ~lookout();
  lookout(const lookout &) = delete;
  lookout &operator=(const lookout &) = delete;

  /// Has the thread look again soon. Returns at once.
  void look_again();
  /// Ends the thread, and waits for it. Idempotent.
  void stop();

private:
  using clock = std::chrono::steady_clock;

  void run();
  /// Waits until the next look is due. Returns false at the end.
  bool wait(clock::time_point last, std::chrono::milliseconds pause);

  const std::function<bool(const std::atomic<bool> &)> look_;
  const pauses pauses_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace recapd::gateway::oidc
