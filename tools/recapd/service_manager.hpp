// What systemd is told of the node: that it serves, that it still does (the
// watchdog), that it ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace recapd::tools {

/// What a look at the node found.
struct node_health {
  bool answers = false;  ///< its actors do; else the node is started anew
  std::string line;      ///< for `systemctl status`
};

/// Tells systemd from construction until `ending()`. Does nothing without
/// NOTIFY_SOCKET, which systemd sets. With WATCHDOG_USEC a thread looks at the
/// node twice in that time, and says WATCHDOG=1 only when the node answers.
class service_manager {
public:
  /// Says READY=1. `look` waits for the node's actors, at most for its
  /// argument; it is called until `ending()` returns.
  service_manager(
      const std::string &line,
      std::function<node_health(std::chrono::milliseconds bound)> look);
  ~service_manager();
  service_manager(const service_manager &) = delete;
  service_manager &operator=(const service_manager &) = delete;

  /// Says STOPPING=1. Idempotent.
  void ending();

private:
  void watch(std::chrono::milliseconds period);

  std::function<node_health(std::chrono::milliseconds)> look_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread watchdog_;
};

}  // namespace recapd::tools
