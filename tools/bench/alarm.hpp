// Moments to wait for beside sockets in epoll.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sys/timerfd.h>
#include <unistd.h>

namespace recapd::bench {

/// Returns when the kth of so many a second is due.
inline std::chrono::steady_clock::time_point
due_at(std::chrono::steady_clock::time_point began, std::size_t k,
       double per_second) {
  using clock = std::chrono::steady_clock;
  return began
         + std::chrono::duration_cast<clock::duration>(
             std::chrono::duration<double>(static_cast<double>(k)
                                           / per_second));
}

class alarm {
public:
  alarm()
      : fd_{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)} {}
  ~alarm() { ::close(fd_); }
  alarm(const alarm &) = delete;
  alarm &operator=(const alarm &) = delete;

  /// Returns a descriptor that is readable from the moment set until clear().
  [[nodiscard]] int socket() const { return fd_; }

  void set(std::chrono::steady_clock::time_point at) const {
    const auto ns = std::max<std::int64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(
            at.time_since_epoch())
            .count(),
        1);
    itimerspec when{};
    when.it_value.tv_sec = ns / 1'000'000'000;
    when.it_value.tv_nsec = ns % 1'000'000'000;
    ::timerfd_settime(fd_, TFD_TIMER_ABSTIME, &when, nullptr);
  }

  void clear() const {
    std::uint64_t fired = 0;
    (void)!::read(fd_, &fired, sizeof fired);
  }

private:
  int fd_;
};

}  // namespace recapd::bench
