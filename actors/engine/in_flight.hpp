// Commands in flight: those taken and not answered, bounded, and waited for.
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
#include <optional>
#include <thread>
#include <utility>

#include "actors/readiness.hpp"
#include "actors/reply.hpp"
#include "actors/submission.hpp"
#include "actors/telemetry.hpp"

namespace recapd::actors {

/// Knows the commands in flight, and answers `outcome_unknown` to the sender of
/// one that nobody else has answered in time, whatever it waits for. Thread
/// safe.
class in_flight {
public:
  using sender = std::function<void(answer<outcome>)>;

  /// At most `most` commands are taken at a time. Each is answered within
  /// `bound`, and a twentieth of it for the look at the clock.
  in_flight(std::size_t most, std::chrono::milliseconds bound,
            std::shared_ptr<const readiness> conditions,
            std::shared_ptr<telemetry> reports);
  ~in_flight();
  in_flight(const in_flight &) = delete;
  in_flight &operator=(const in_flight &) = delete;

  /// Returns the number of commands whose senders wait.
  [[nodiscard]] std::size_t count() const { return taken_; }
  /// Returns true if so many more would be taken at this moment.
  [[nodiscard]] bool fits(std::size_t more) const {
    return !conditions_->closed() && taken_ + more <= most_;
  }
  /// Takes a command. Returns the reply to its sender, which must not be used
  /// after this object's end; nothing if the command is one too many, or the
  /// node is closed.
  [[nodiscard]] std::optional<reply<outcome>> take(sender of);
  /// Waits until all are answered; returns false after `bound`.
  [[nodiscard]] bool wait_answered(std::chrono::milliseconds bound);

private:
  using time_point = std::chrono::steady_clock::time_point;
  struct waiting {
    sender of;
    time_point since;
  };
  /// By number, and so by time.
  using line = std::map<std::uint64_t, waiting>;

  void tell(line::node_type one, answer<outcome> a);
  void left();
  void watch();
  [[nodiscard]] line::node_type next_overdue();

  const std::size_t most_;
  const std::chrono::milliseconds bound_;
  const std::shared_ptr<const readiness> conditions_;
  const std::shared_ptr<telemetry> reports_;
  std::atomic<std::size_t> taken_{0};
  std::mutex mutex_;
  std::condition_variable none_, ends_;
  line line_;
  std::uint64_t next_ = 0;
  bool ending_ = false;
  std::thread watcher_{[this] { watch(); }};
};

}  // namespace recapd::actors
