// Whether the database answers: what everybody who asks it has seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::actors {

/// Each source (a connection, by a name of its own) says what it saw last. The
/// database is up while none has seen it fail. Thread safe.
class database_watch {
public:
  /// `changed` is called with the new word, one call at a time.
  explicit database_watch(std::function<void(bool up)> changed = {})
      : changed_{std::move(changed)} {}

  void answers(std::string_view source) {
    const std::lock_guard lock{mutex_};
    const auto at = failing_.find(source);
    if (at == failing_.end()) return;
    failing_.erase(at);
    if (failing_.empty() && changed_) changed_(true);
  }

  void fails(std::string_view source) {
    const std::lock_guard lock{mutex_};
    const bool was_up = failing_.empty();
    failing_.emplace(source);
    if (was_up && changed_) changed_(false);
  }

  [[nodiscard]] bool up() const {
    const std::lock_guard lock{mutex_};
    return failing_.empty();
  }

private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> failing_;
  std::function<void(bool)> changed_;
};

}  // namespace recapd::actors
