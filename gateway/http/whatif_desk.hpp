// The what-if desk: works out one what-if of a node at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace recapd::gateway::http {

/// Runs one job at a time on a thread of its own. Thread safe.
class whatif_desk {
public:
  whatif_desk() = default;
  ~whatif_desk() { finish(); }
  whatif_desk(const whatif_desk &) = delete;
  whatif_desk &operator=(const whatif_desk &) = delete;

  /// Reserves the desk until the result is let go. Returns null where it is
  /// reserved, or closed.
  [[nodiscard]] std::shared_ptr<void> reserve() {
    const std::lock_guard lock{mutex_};
    if (busy_ || closed_) return nullptr;
    busy_ = true;
    return {this, [](void *desk) {
              auto *self = static_cast<whatif_desk *>(desk);
              const std::lock_guard done{self->mutex_};
              self->busy_ = false;
            }};
  }
  /// Begins the job of who has reserved the desk; it must not throw.
  void begin(std::function<void()> job) {
    const std::lock_guard lock{mutex_};
    if (worker_.joinable()) worker_.join();
    worker_ = std::thread{[job = std::move(job)]() mutable { job(); }};
  }

  /// Takes no further job, and returns when the last is done.
  void finish() {
    std::thread last;
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
      last = std::move(worker_);
    }
    if (last.joinable()) last.join();
  }

private:
  std::mutex mutex_;
  std::thread worker_;
  bool busy_ = false;
  bool closed_ = false;
};

}  // namespace recapd::gateway::http
