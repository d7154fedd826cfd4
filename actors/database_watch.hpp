// The database watch: whether the database answers those who ask it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <spdlog/spdlog.h>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::actors {

/// Returns how long to wait for the next look at a database that is away: twice
/// as long as `pause`, the wait before (0: none), within 100 ms and a second.
[[nodiscard]] inline std::chrono::milliseconds
next_pause(std::chrono::milliseconds pause) {
  using std::chrono::milliseconds;
  return std::clamp(pause * 2, milliseconds{100}, milliseconds{1000});
}

/// Gathers what each source (a connection, by a name of its own) saw last. The
/// database is up while no source has seen it fail. Thread safe.
class database_watch {
public:
  /// Takes a listener, which is called with each change, one call at a time:
  /// whether the database is up, and where it is not, all that is seen.
  explicit database_watch(
      std::function<void(bool up, const std::string &why)> changed = {})
      : changed_{std::move(changed)} {}

  void answers(std::string_view source) {
    const std::lock_guard lock{mutex_};
    const auto at = failing_.find(source);
    if (at == failing_.end()) return;
    failing_.erase(at);
    tell();
  }

  void fails(std::string_view source, const std::string &why) {
    const std::lock_guard lock{mutex_};
    auto &seen = failing_[std::string{source}];
    if (seen == why) return;
    seen = why;
    log_once(why);
    tell();
  }

  [[nodiscard]] bool up() const {
    const std::lock_guard lock{mutex_};
    return failing_.empty();
  }

private:
  /// Logs each of the first few failures once, but for the very first, which
  /// the listener logs: a later one may name the cause of a broken connection.
  void log_once(const std::string &why) {
    constexpr std::size_t most = 8;
    if (logged_.size() < most && logged_.insert(why).second
        && logged_.size() > 1)
      spdlog::warn("the database takes no commands: {}", why);
  }

  void tell() {
    std::string all;
    for (const auto &[source, why] : failing_)
      if (all.find(why) == std::string::npos)
        all += (all.empty() ? "" : "; ") + why;
    const bool up = failing_.empty();
    if (up) logged_.clear();
    if (up == told_up_ && all == told_) return;
    told_up_ = up;
    told_ = all;
    if (changed_) changed_(up, all);
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> failing_;  ///< why, by source
  std::set<std::string> logged_;  ///< since the database went away
  bool told_up_ = true;
  std::string told_;
  std::function<void(bool, const std::string &)> changed_;
};

}  // namespace recapd::actors
