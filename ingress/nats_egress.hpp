// Events and notifications by NATS JetStream, in order, at least once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/engine.hpp"
#include "ingress/metrics.hpp"

namespace recapd::ingress {

inline constexpr std::string_view event_stream = "RECAPD_EVENTS";

struct nats_egress_settings {
  std::string url;   ///< or several, as nats_link takes them
  std::string node;  ///< for the server's lists of connections
  int replicas = 1;  ///< of the stream, where it is made
};

struct nats_egress_tuning {
  int page = 500;                        ///< events a read
  std::chrono::milliseconds poll{1000};  ///< other nodes' events
  std::chrono::milliseconds backoff{250};
};

/// Publishes from construction until stop(), on a thread of its own. The
/// subject is the event's type and its session (`recapd.event.session.paid.s1`,
/// `recapd.notify.tutor_recap_due.s1`), `Nats-Msg-Id` is its id. It goes on
/// where it stood (cursor `nats` in the store). Of several nodes only the one
/// that serves bucket 0 publishes. The engine and the metrics must outlive it.
class nats_egress {
public:
  nats_egress(actors::engine &engine, const nats_egress_settings &settings,
              metrics &meters, nats_egress_tuning tuning = {});
  /// Stops.
  ~nats_egress();
  nats_egress(const nats_egress &) = delete;
  nats_egress &operator=(const nats_egress &) = delete;

  /// Returns when what is being published is answered, or refused in time.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::ingress
