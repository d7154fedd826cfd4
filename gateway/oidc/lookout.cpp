// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/lookout.hpp"

#include <algorithm>
#include <utility>

namespace recapd::gateway::oidc {

lookout::lookout(std::function<bool(const std::atomic<bool> &stop)> look,
                 pauses how)
    : look_{std::move(look)}, pauses_{how}, thread_{[this] { run(); }} {}

lookout::~lookout() {
  stop();
}

void lookout::stop() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void lookout::look_again() {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(asked_, true)) changed_.notify_all();
}

void lookout::run() {
  auto retry = pauses_.first_retry;
  for (;;) {
    const bool seen = look_(stop_);
    if (seen) retry = pauses_.first_retry;
    if (!wait(clock::now(), seen ? pauses_.between : retry)) return;
    if (!seen) retry = std::min(2 * retry, pauses_.longest_retry);
  }
}

bool lookout::wait(clock::time_point last, std::chrono::milliseconds pause) {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    const auto due = last + (asked_ ? std::min(pause, pauses_.least) : pause);
    if (clock::now() >= due) {
      asked_ = false;
      return true;
    }
    changed_.wait_until(lock, due);
  }
  return false;
}

}  // namespace recapd::gateway::oidc
