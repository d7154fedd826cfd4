// SPDX-License-Identifier: Apache-2.0
#include "storage/socket_deadline.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <sys/socket.h>
#include <thread>

namespace recapd::storage {

using steady = std::chrono::steady_clock;

struct socket_deadline::entry {
  int socket;
  bool passed = false;
  bool waits = true;  ///< `at` is its place in the watch's list
  std::multimap<steady::time_point, entry *>::iterator at{};
};

/// Watches the deadlines of all sockets of the process with one thread. The
/// thread wakes up when a deadline is due; a new one wakes it only if it is due
/// earlier than all others.
class socket_deadline::watch {
public:
  static watch &of_process() {
    static watch one;
    return one;
  }

  void add(entry &e, std::chrono::milliseconds bound) {
    const std::lock_guard lock{mutex_};
    e.at = due_.emplace(steady::now() + bound, &e);
    if (e.at == due_.begin() && e.at->first < wakes_at_) changed_.notify_one();
  }

  void remove(entry &e) {
    const std::lock_guard lock{mutex_};
    if (e.waits) due_.erase(e.at);
  }

  bool passed(const entry &e) {
    const std::lock_guard lock{mutex_};
    return e.passed;
  }

private:
  watch() : thread_{[this] { run(); }} {}
  ~watch() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void run() {
    std::unique_lock lock{mutex_};
    while (!ending_) {
      shut_down_due();
      wakes_at_ =
          due_.empty() ? steady::time_point::max() : due_.begin()->first;
      if (due_.empty())
        changed_.wait(lock);
      else
        changed_.wait_until(lock, wakes_at_);
    }
  }

  void shut_down_due() {
    const auto now = steady::now();
    while (!due_.empty() && due_.begin()->first <= now) {
      auto &e = *due_.begin()->second;
      due_.erase(due_.begin());
      e.waits = false;
      e.passed = true;
      ::shutdown(e.socket, SHUT_RDWR);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<steady::time_point, entry *> due_;
  steady::time_point wakes_at_ = steady::time_point::max();
  bool ending_ = false;
  std::thread thread_;
};

socket_deadline::socket_deadline(int socket, std::chrono::milliseconds bound) {
  if (bound.count() <= 0) return;
  entry_ = new entry{.socket = socket};
  watch::of_process().add(*entry_, bound);
}

socket_deadline::~socket_deadline() {
  if (entry_ == nullptr) return;
  watch::of_process().remove(*entry_);
  delete entry_;
}

bool socket_deadline::passed() const {
  return entry_ != nullptr && watch::of_process().passed(*entry_);
}

}  // namespace recapd::storage
