// The supervisor: starts a node's actors anew after a death or in a new epoch.
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

/// Does its duties on a thread of its own. Thread safe.
class supervisor {
public:
  struct duties {
    /// Ends all actors and starts them anew: their state is lost, and all of it
    /// is in the database.
    std::function<void()> restart;
    /// Looks again at what the engine itself knows of the database; returns
    /// false if it could not, and then is called again.
    std::function<bool()> look_again;
  };

  explicit supervisor(duties of) : duties_{std::move(of)} {}
  /// Stops.
  ~supervisor();
  supervisor(const supervisor &) = delete;
  supervisor &operator=(const supervisor &) = delete;

  /// Starts the thread, which first does what it was told before.
  void start();
  /// Tells that an actor died, and `why`: what the other actors think of it is
  /// wrong from now on. The process ends after too many deaths within a minute.
  void died(std::string why);
  /// Tells that what the actors know is of an epoch that is over, and `why`.
  void moved(std::string why);
  /// Ends the thread, after what it does at this moment is done.
  void stop();

private:
  using lock = std::unique_lock<std::mutex>;
  void run();
  void follow(lock &held);
  void revive(lock &held);

  duties duties_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::string death_, move_;
  std::deque<std::chrono::steady_clock::time_point> restarts_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recapd::actors
