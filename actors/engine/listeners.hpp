// Listeners: callbacks that end when their token goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace recapd::actors {

/// Holds callbacks by their tokens. Thread safe.
class listeners {
public:
  /// Returns the token; dropping it ends the calls of `f`.
  [[nodiscard]] std::shared_ptr<void> add(std::function<void()> f) {
    auto token = std::make_shared<std::function<void()>>(std::move(f));
    const std::lock_guard lock{mutex_};
    all_.emplace_back(token);
    return token;
  }
  void call() {
    const std::lock_guard lock{mutex_};
    std::erase_if(all_, [](const auto &weak) {
      const auto f = weak.lock();
      if (f) (*f)();
      return !f;
    });
  }

private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<std::function<void()>>> all_;
};

}  // namespace recapd::actors
