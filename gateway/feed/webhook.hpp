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
  int page = 100;                        ///< events a read
  std::chrono::milliseconds poll{1000};  ///< other nodes' events, and retries
  /// Between tries of a message, and of sessions after most_in_a_row.
  std::chrono::milliseconds first_retry{1000};
  std::chrono::milliseconds last_retry{300000};
  std::size_t most_held = 1000;  ///< sessions; then only these are tried
  /// After so many sessions in a row that the receiver said nothing final of,
  /// further ones are tried one at a time.
  int most_in_a_row = 8;
  /// By which retries are due and the signature is dated, also on a node with a
  /// manual clock.
  std::shared_ptr<const actors::clock> time =
      std::make_shared<actors::wall_clock>();
};

/// Delivers from construction until stop(), on a thread of its own, where this
/// node serves bucket 0. It goes on where it stood (sink `webhook` in the
/// store). A session whose message was not taken is held and tried again
/// (gateway/feed/delivery_rules.hpp) while others go on; what is given up
/// becomes a dead letter. The engine and the metrics must outlive it.
class webhook {
public:
  webhook(actors::engine &engine, const config::webhook &settings,
          metrics &meters, webhook_tuning tuning = {});
  /// Stops.
  ~webhook();
  webhook(const webhook &) = delete;
  webhook &operator=(const webhook &) = delete;

  /// Breaks off what is being sent and returns. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::feed
