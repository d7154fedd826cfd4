// How many commands one caller may have on their way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace recapd::gateway::http {

/// Counts how many commands each caller has on their way. Thread safe.
class caller_places {
public:
  /// Allows each caller `most` commands.
  explicit caller_places(std::size_t most) : most_{most} {}
  caller_places(const caller_places &) = delete;
  caller_places &operator=(const caller_places &) = delete;

  /// Takes so many places, until the result is let go. Returns null when the
  /// caller would have more than may be. The table must outlive the result.
  [[nodiscard]] std::shared_ptr<void> take(const std::string &caller,
                                           std::size_t count) {
    const std::lock_guard lock{mutex_};
    const auto taken = taken_.find(caller);
    if ((taken == taken_.end() ? 0 : taken->second) + count > most_)
      return nullptr;
    taken_[caller] += count;
    return {this, [caller, count](void *table) {
              static_cast<caller_places *>(table)->give_back(caller, count);
            }};
  }

private:
  void give_back(const std::string &caller, std::size_t count) {
    const std::lock_guard lock{mutex_};
    const auto taken = taken_.find(caller);
    if ((taken->second -= count) == 0) taken_.erase(taken);
  }

  std::size_t most_;
  std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;
};

}  // namespace recapd::gateway::http
