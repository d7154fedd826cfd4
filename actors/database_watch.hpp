// Whether the database answers: what everybody who asks it has seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::actors {

/// Each source (a connection, by a name of its own) says what it saw last. The
/// database is up while none has seen it fail. Thread safe.
class database_watch {
public:
  /// `changed` is called with each new word, one call at a time: whether it is
  /// up, and where it is not, what was seen last.
  explicit database_watch(
      std::function<void(bool up, const std::string &why)> changed = {})
      : changed_{std::move(changed)} {}

  void answers(std::string_view source) {
    const std::lock_guard lock{mutex_};
    const auto at = failing_.find(source);
    if (at == failing_.end()) return;
    failing_.erase(at);
    if (!changed_) return;
    if (failing_.empty()) changed_(true, {});
  }

  void fails(std::string_view source, const std::string &why) {
    const std::lock_guard lock{mutex_};
    auto &seen = failing_[std::string{source}];
    if (seen == why) return;
    seen = why;
    if (changed_) changed_(false, why);
  }

  [[nodiscard]] bool up() const {
    const std::lock_guard lock{mutex_};
    return failing_.empty();
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> failing_;  ///< with why
  std::function<void(bool, const std::string &)> changed_;
};

}  // namespace recapd::actors
