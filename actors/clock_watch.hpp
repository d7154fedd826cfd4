// The clock watch: whether the node's clock agrees with the database's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "actors/clock.hpp"
#include "actors/readiness.hpp"
#include "actors/telemetry.hpp"

namespace recapd::actors {

/// How far clocks may be apart before people are told, and before nothing is
/// served: all deadlines are decided by times of the node's clock.
struct clock_bounds {
  std::chrono::milliseconds told{3000};
  std::chrono::milliseconds served{60000};
};

/// Returns how far a clock is ahead of the database's, as far as that is
/// certain; negative where it is behind. The clock said `sent` at the question
/// and `answered` at the answer, which was `theirs` and may have been under way
/// for all of the time between.
[[nodiscard]] std::chrono::microseconds
clock_ahead(instant sent, instant theirs, instant answered);

/// Compares the clocks by each heartbeat, and tells the difference by readiness
/// and metrics. A manual clock is not compared.
class clock_watch {
public:
  clock_watch(std::shared_ptr<clock> ours, clock_bounds bounds,
              std::shared_ptr<readiness> words,
              std::shared_ptr<telemetry> reports);

  /// Takes what the database's clock said, `theirs`, on a question that was
  /// sent at `sent` by the node's clock. Returns true while the node may serve;
  /// then a jump of the machine's clock is confirmed.
  [[nodiscard]] bool agrees(instant sent, instant theirs);
  /// Returns how far the clock was ahead when it was compared last.
  [[nodiscard]] std::chrono::microseconds last_ahead() const {
    return last_ahead_;
  }

private:
  std::shared_ptr<clock> ours_;
  clock_bounds bounds_;
  std::shared_ptr<readiness> words_;
  std::shared_ptr<telemetry> reports_;
  std::chrono::microseconds last_ahead_{0};
};

}  // namespace recapd::actors
