// The database watch: whether the database answers those who ask it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace recapd::actors {

/// Returns how long to wait for the next look at a database that is away: twice
/// as long as `pause`, the wait before (0: none), within 100 ms and a second.
[[nodiscard]] inline std::chrono::milliseconds
next_pause(std::chrono::milliseconds pause) {
  using std::chrono::milliseconds;
  return std::clamp(pause * 2, milliseconds{100}, milliseconds{1000});
}

/// Gathers what each source (a connection, by a name of its own) saw last, and
/// what became of commands. The database is up while no source has seen it
/// fail; and while commands are answered all the same, and none is not, since
/// a source's own connection may be at fault. Thread safe.
class database_watch {
public:
  using time_point = std::chrono::steady_clock::time_point;
  /// How long an answered or unanswered command speaks for those to come.
  static constexpr std::chrono::seconds recent{3};
  /// How long a source is doubted.
  static constexpr std::chrono::seconds doubt{5};

  /// Takes a listener, which is called with each change, one call at a time:
  /// whether the database is up, and where it is not, all that is seen.
  explicit database_watch(
      std::function<void(bool up, const std::string &why)> changed = {},
      std::function<time_point()> now = std::chrono::steady_clock::now)
      : changed_{std::move(changed)}, now_{std::move(now)} {}

  void answers(std::string_view source);
  void fails(std::string_view source, const std::string &why);
  /// Takes it that a source which failed was answered when it tried again, but
  /// not in what had failed: it counts as failing for a while.
  void doubts(std::string_view source);

  /// Takes it that a command was, or was not, answered by way of the database.
  void command_answered();
  void command_unanswered();

  /// Looks at what has become of doubts. Somebody calls it every few seconds.
  void look();
  [[nodiscard]] bool up() const;

private:
  struct failure {
    std::string why;
    time_point since;
    std::optional<time_point> until = {};  ///< where it is only doubted
  };

  /// Logs each of the first few failures once, but for the very first, which
  /// the listener logs: a later one may name the cause of a broken connection.
  void log_once(const std::string &why);
  /// Returns true where commands are answered though sources fail.
  [[nodiscard]] bool commands_go_on() const;
  void tell();

  mutable std::mutex mutex_;
  std::map<std::string, failure, std::less<>> failing_;  ///< by source
  std::set<std::string> logged_;          ///< since the database went away
  std::optional<time_point> answered_;    ///< the last command that was
  std::optional<time_point> unanswered_;  ///< the last command that was not
  bool told_up_ = true;
  std::string told_;
  std::function<void(bool, const std::string &)> changed_;
  std::function<time_point()> now_;
};

}  // namespace recapd::actors
