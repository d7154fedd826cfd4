// Whether the node's clock is the database's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "actors/clock.hpp"
#include "actors/readiness.hpp"
#include "actors/telemetry.hpp"

namespace recapd::actors {

/// From when on a difference is told, and from when on nothing is served: all
/// deadlines are decided by moments that this clock gave.
struct clock_bounds {
  std::chrono::milliseconds told{3000};
  std::chrono::milliseconds served{60000};
};

/// Returns how far a clock that said `sent` when it asked and `answered` when
/// it had the answer `theirs` is ahead, as far as that is certain: the answer
/// may have been on its way for all of the time between. Behind: negative.
[[nodiscard]] std::chrono::microseconds
clock_ahead(instant sent, instant theirs, instant answered);

/// Compares by each heartbeat, and tells by readiness and metrics. A manual
/// clock has nothing to agree with.
class clock_watch {
public:
  clock_watch(std::shared_ptr<const clock> ours, clock_bounds bounds,
              std::shared_ptr<readiness> words,
              std::shared_ptr<telemetry> reports);

  /// The database said `theirs` to who asked at `sent` by our clock. True while
  /// the node may serve.
  [[nodiscard]] bool agrees(instant sent, instant theirs);

private:
  std::shared_ptr<const clock> ours_;
  clock_bounds bounds_;
  std::shared_ptr<readiness> words_;
  std::shared_ptr<telemetry> reports_;
};

}  // namespace recapd::actors
