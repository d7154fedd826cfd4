// SPDX-License-Identifier: Apache-2.0
#include "actors/engine/supervisor.hpp"

#include <cstdlib>
#include <spdlog/spdlog.h>
#include <utility>

namespace recapd::actors {

namespace {

using namespace std::chrono_literals;

/// The most restarts of the whole node within a minute; then the process ends.
constexpr std::size_t most_restarts = 5;

}  // namespace

supervisor::~supervisor() {
  stop();
}

void supervisor::start() {
  thread_ = std::thread{[this] { run(); }};
}

void supervisor::died(std::string why) {
  const std::lock_guard held{mutex_};
  death_ = std::move(why);
  wakes_.notify_all();
}

void supervisor::moved(std::string why) {
  const std::lock_guard held{mutex_};
  move_ = std::move(why);
  wakes_.notify_all();
}

void supervisor::stop() {
  {
    const std::lock_guard held{mutex_};
    stopping_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void supervisor::run() {
  lock held{mutex_};
  for (;;) {
    wakes_.wait(held, [this] {
      return stopping_ || !death_.empty() || !move_.empty();
    });
    if (stopping_) return;
    if (move_.empty())
      revive(held);
    else
      follow(held);
  }
}

void supervisor::follow(lock &held) {
  spdlog::warn("{}; starting the node's actors anew", std::exchange(move_, {}));
  held.unlock();
  const bool known = duties_.look_again();
  if (known) duties_.restart();
  held.lock();
  if (known) return;
  move_ = "the database could not be looked at";
  wakes_.wait_for(held, 200ms, [this] { return stopping_; });
}

void supervisor::revive(lock &held) {
  const auto now = std::chrono::steady_clock::now();
  restarts_.push_back(now);
  while (now - restarts_.front() > 1min)
    restarts_.pop_front();
  spdlog::error("an actor died ({}); starting the node's actors anew",
                std::exchange(death_, {}));
  if (restarts_.size() > most_restarts) {
    spdlog::critical("{} restarts within a minute: giving up",
                     restarts_.size());
    std::abort();
  }
  held.unlock();
  duties_.restart();
  held.lock();
}

}  // namespace recapd::actors
