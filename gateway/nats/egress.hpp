// Events and notifications by NATS JetStream, in order, at least once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/engine/engine.hpp"
#include "config/nats.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::nats {

inline constexpr std::string_view event_stream = "RECAPD_EVENTS";

struct egress_settings {
  std::string url;  ///< one URL or several, as link takes them
  config::nats_access access;
  std::string node;  ///< for the server's lists of connections
  int replicas = 1;  ///< of the stream, where it is made
};

struct egress_tuning {
  int page = 500;                        ///< events in one read
  std::chrono::milliseconds poll{1000};  ///< between looks at the feed
  std::chrono::milliseconds backoff{250};
  std::chrono::milliseconds look{2000};    ///< between looks at the stream
  std::chrono::milliseconds told{600000};  ///< a loss stays a warning
};

/// Publishes from construction until stop(), on a thread of its own, on the
/// node that serves bucket 0. The subject is the event's type and its session
/// (`recapd.event.session.paid.s1`, `recapd.notify.tutor_recap_due.s1`),
/// `Nats-Msg-Id` is its id. It goes on from the stored cursor (sink `nats`). A
/// stream that vanished is made again. A message larger than the server or the
/// stream takes becomes a dead letter, and its session's next message goes on.
/// The engine and the metrics must outlive it.
class egress {
public:
  egress(actors::engine &engine, const egress_settings &settings,
         metrics &meters, egress_tuning tuning = {});
  /// Calls stop().
  ~egress();
  egress(const egress &) = delete;
  egress &operator=(const egress &) = delete;

  /// Ends the thread once what is being published is answered, or has failed.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::nats
