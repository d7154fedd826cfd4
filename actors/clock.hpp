// The clock, passed in wherever something needs to know the time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

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
  /// Returns what the machine's clock says, of which now() may know better.
  [[nodiscard]] virtual instant shown() const { return now(); }
  /// Takes what the machine's clock says for the time.
  virtual void confirm() {}
};

/// The machine's wall clock, to the microsecond.
class wall_clock final : public clock {
public:
  [[nodiscard]] instant now() const override {
    return std::chrono::floor<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

/// The machine's wall clock, of which a jump is not taken for the time before
/// it is confirmed: until then time goes on as the steady clock does.
class confirmed_clock final : public clock {
public:
  using source = std::function<std::chrono::microseconds()>;
  /// A change of more than this between two readings is a jump.
  static constexpr std::chrono::seconds jump{1};

  explicit confirmed_clock(source wall = wall_time, source steady = steady_time)
      : wall_{std::move(wall)}, steady_{std::move(steady)}, ahead_{
                                                                wall_()
                                                                - steady_()} {}

  [[nodiscard]] instant now() const override {
    const auto steady = steady_();
    const auto ahead = wall_() - steady;
    const auto before = ahead_.load();
    if (std::chrono::abs(ahead - before) > jump)
      return instant{steady + before};
    ahead_.store(ahead);
    return instant{steady + ahead};
  }
  [[nodiscard]] instant shown() const override { return instant{wall_()}; }
  void confirm() override { ahead_.store(wall_() - steady_()); }

private:
  static std::chrono::microseconds wall_time() {
    return std::chrono::floor<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
  }
  static std::chrono::microseconds steady_time() {
    return std::chrono::floor<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }

  source wall_;
  source steady_;
  /// How far the wall clock is ahead of the steady one, as last taken.
  mutable std::atomic<std::chrono::microseconds> ahead_;
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
