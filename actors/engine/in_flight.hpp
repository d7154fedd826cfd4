// Commands in flight: those taken and not answered, bounded, and waited for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "actors/telemetry.hpp"

namespace recapd::actors {

/// Counts the commands in flight. Thread safe.
class in_flight {
public:
  in_flight(std::size_t most, std::shared_ptr<telemetry> reports)
      : most_{most}, reports_{std::move(reports)} {}

  [[nodiscard]] std::size_t count() const { return taken_; }
  /// Returns true if so many more fit at this moment.
  [[nodiscard]] bool fits(std::size_t more) const {
    return taken_ + more <= most_;
  }
  /// Counts a command as taken. Returns false if it is one too many; answered()
  /// must be called for it even then.
  [[nodiscard]] bool take() {
    const auto before = taken_.fetch_add(1);
    reports_->in_flight(before + 1);
    return before < most_;
  }
  /// Counts a taken command as answered.
  void answered() {
    const auto left = taken_.fetch_sub(1) - 1;
    reports_->in_flight(left);
    if (left > 0) return;
    const std::lock_guard lock{mutex_};
    none_.notify_all();
  }
  /// Waits until all are answered; returns false after `bound`.
  [[nodiscard]] bool wait_answered(std::chrono::milliseconds bound) {
    std::unique_lock lock{mutex_};
    return none_.wait_for(lock, bound, [this] { return taken_ == 0; });
  }

private:
  const std::size_t most_;
  const std::shared_ptr<telemetry> reports_;
  std::atomic<std::size_t> taken_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

}  // namespace recapd::actors
