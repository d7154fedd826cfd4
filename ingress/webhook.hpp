// The webhook: posts each event and notification, in order, at least once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/engine.hpp"
#include "config/config.hpp"
#include "ingress/metrics.hpp"

namespace recapd::ingress {

/// The value of the `recapd-signature` header: `t=UNIX,v1=HEX`, where HEX is
/// the HMAC-SHA256 by `secret` of the time's digits, a dot, and the body.
[[nodiscard]] std::string signature(std::string_view secret,
                                    std::int64_t unix_seconds,
                                    std::string_view body);

struct webhook_tuning {
  int page = 100;                        ///< events a read
  std::chrono::milliseconds poll{1000};  ///< other nodes' events
  std::chrono::milliseconds first_retry{1000};
  std::chrono::milliseconds last_retry{300000};
  /// By which the signature is dated, also on a node with a manual clock.
  std::shared_ptr<const actors::clock> time =
      std::make_shared<actors::wall_clock>();
};

/// Delivers from construction until stop(), on a thread of its own. It goes on
/// where it stood (cursor `webhook` in the store); an answer other than 2xx is
/// tried again, ever more slowly, and nothing overtakes it. The engine and the
/// metrics must outlive it.
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

}  // namespace recapd::ingress
