// The webhook: posts each event and notification, in order per session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "actors/clock.hpp"
#include "actors/engine/engine.hpp"
#include "config/config.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::feed {

struct webhook_tuning {
  int page = 100;                        ///< events in one read
  std::chrono::milliseconds poll{1000};  ///< between looks for further work
  /// The pauses between tries of a message; the first one, too, between
  /// sessions after most_in_a_row.
  std::chrono::milliseconds first_retry{1000};
  std::chrono::milliseconds last_retry{300000};
  std::size_t most_held = 1000;  ///< held sessions; then only these are tried
  /// After so many sessions in a row of which the receiver said nothing final,
  /// further ones are tried one at a time.
  int most_in_a_row = 8;
  /// The clock by which retries are due and signatures are dated: the real one,
  /// also on a node with a manual clock.
  std::shared_ptr<const actors::clock> time =
      std::make_shared<actors::wall_clock>();
};

/// Posts from construction until stop(), on a thread of its own, where this
/// node serves bucket 0, and goes on from the stored cursor (sink `webhook`). A
/// session whose message was not taken is held and tried again
/// (gateway/feed/delivery_rules.hpp) while others go on; what is given up
/// becomes a dead letter. The engine and the metrics must outlive it.
class webhook {
public:
  webhook(actors::engine &engine, const config::webhook &settings,
          metrics &meters, webhook_tuning tuning = {});
  /// Calls stop().
  ~webhook();
  webhook(const webhook &) = delete;
  webhook &operator=(const webhook &) = delete;

  /// Breaks off what is being sent and ends the thread. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::feed
