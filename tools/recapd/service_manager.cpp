// SPDX-License-Identifier: Apache-2.0
#include "tools/recapd/service_manager.hpp"

#include <cstdint>
#include <optional>
#include <systemd/sd-daemon.h>
#include <utility>

#include "gateway/telemetry/log.hpp"

namespace recapd::tools {

namespace {

/// Tells systemd; that nobody listens is nobody's trouble.
void tell(const std::string &what) {
  (void)::sd_notify(0, what.c_str());
}

std::optional<std::chrono::microseconds> watchdog_time() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds{microseconds};
}

}  // namespace

service_manager::service_manager(
    const std::string &line,
    std::function<node_health(std::chrono::milliseconds)> look)
    : look_{std::move(look)} {
  tell("READY=1\nSTATUS=" + line);
  using std::chrono::duration_cast;
  if (const auto time = watchdog_time())
    watchdog_ = std::thread{[this, time] {
      watch(duration_cast<std::chrono::milliseconds>(*time) / 2);
    }};
}

service_manager::~service_manager() {
  ending();
}

void service_manager::ending() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(ending_, true)) return;
  }
  changed_.notify_all();
  tell("STOPPING=1\nSTATUS=Draining");
  if (watchdog_.joinable()) watchdog_.join();
}

void service_manager::watch(std::chrono::milliseconds period) {
  for (;;) {
    const auto next = std::chrono::steady_clock::now() + period;
    const auto found = look_(period);
    std::unique_lock lock{mutex_};
    if (ending_) return;
    if (!found.answers)
      gateway::log_warn("the node's actors do not answer", {});
    tell((found.answers ? "WATCHDOG=1\nSTATUS=" : "STATUS=") + found.line);
    if (changed_.wait_until(lock, next, [this] { return ending_; })) return;
  }
}

}  // namespace recapd::tools
