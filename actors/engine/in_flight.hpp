// Commands in flight: those taken and not done with, bounded, and waited for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "actors/messages.hpp"
#include "actors/readiness.hpp"
#include "actors/telemetry.hpp"

namespace recapd::actors {

/// Knows the commands in flight, and gives up the sender of one that is not
/// answered in time, whatever it waits for: the answer is `outcome_unknown`.
/// The command stays in flight until the actors are done with it. Thread safe.
class in_flight {
public:
  using sender = std::function<void(answer<outcome>)>;

  /// At most `most` commands are taken at a time. Each sender is answered
  /// within `bound`, and a twentieth of it for the look at the clock.
  in_flight(std::size_t most, std::chrono::milliseconds bound,
            std::shared_ptr<const readiness> conditions,
            std::shared_ptr<telemetry> reports);
  ~in_flight();
  in_flight(const in_flight &) = delete;
  in_flight &operator=(const in_flight &) = delete;

  [[nodiscard]] std::size_t count() const { return taken_; }
  /// Returns true if so many more would be taken at this moment.
  [[nodiscard]] bool fits(std::size_t more) const {
    return !conditions_->closed() && taken_ + more <= most_;
  }
  /// Takes a command: gives it the reply to its sender, which must not be used
  /// after this object's end. Returns false if the command is one too many, or
  /// the node is closed.
  [[nodiscard]] bool take(const std::shared_ptr<work> &item, sender of);
  /// Waits until there are none; returns false after `bound`.
  [[nodiscard]] bool wait_done(std::chrono::milliseconds bound);

private:
  using time_point = std::chrono::steady_clock::time_point;
  struct waiting {
    sender of;
    std::weak_ptr<work> item;
    time_point since;
  };

  void left();
  void watch();

  const std::size_t most_;
  const std::chrono::milliseconds bound_;
  const std::shared_ptr<const readiness> conditions_;
  const std::shared_ptr<telemetry> reports_;
  std::atomic<std::size_t> taken_{0};
  std::mutex mutex_;
  std::condition_variable none_, ends_;
  /// Whose senders wait: by number, and so by time.
  std::map<std::uint64_t, waiting> line_;
  std::uint64_t next_ = 0;
  bool ending_ = false;
  std::thread watcher_{[this] { watch(); }};
};

}  // namespace recapd::actors
