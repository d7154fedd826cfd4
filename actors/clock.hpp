// The clock, passed in wherever something needs to know the time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

#include "workflows/time.hpp"

namespace recapd::actors {

using workflows::instant;

/// A clock. Thread safe.
class clock {
public:
  virtual ~clock() = default;
  [[nodiscard]] virtual instant now() const = 0;
  /// Returns true if time stands still until somebody moves it.
  [[nodiscard]] virtual bool manual() const { return false; }
};

/// The machine's wall clock, to the microsecond.
class wall_clock final : public clock {
public:
  [[nodiscard]] instant now() const override {
    return std::chrono::floor<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

/// A clock that stands still; only `engine::advance` moves it in a node.
class manual_clock final : public clock {
public:
  explicit manual_clock(instant start) : now_{start} {}
  [[nodiscard]] instant now() const override { return now_.load(); }
  [[nodiscard]] bool manual() const override { return true; }
  void set(instant t) { now_.store(t); }

private:
  std::atomic<instant> now_;
};

}  // namespace recapd::actors
