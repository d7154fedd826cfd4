// The supervisor: starts a node's actors anew when one of them has died, or the
// database has gone over to another epoch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace recapd::actors {

/// Thread safe. Works on a thread of its own.
class supervisor {
public:
  struct duties {
    /// Ends all actors and starts them anew: their state is lost, and all of it
    /// is in the database.
    std::function<void()> restart;
    /// Looks again at what the engine itself knows of the database; returns
    /// false if it could not, and is called again.
    std::function<bool()> look_again;
  };

  explicit supervisor(duties of) : duties_{std::move(of)} {}
  /// Stops.
  ~supervisor();
  supervisor(const supervisor &) = delete;
  supervisor &operator=(const supervisor &) = delete;

  /// Begins; what it was told before is done then.
  void start();
  /// An actor died: `why`. What the others think of it is wrong from now on.
  /// Ends the process after too many within a minute.
  void died(std::string why);
  /// What the actors know is of an epoch that is over: `why`.
  void moved(std::string why);
  /// Ends the thread; what it does at this moment it does to the end.
  void stop();

private:
  using lock = std::unique_lock<std::mutex>;
  void run();
  void follow(lock &guard);
  void revive(lock &guard);

  duties duties_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::string death_, move_;
  std::deque<std::chrono::steady_clock::time_point> restarts_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recapd::actors
