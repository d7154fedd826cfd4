// Commands by NATS JetStream: one stream, split into partitions.
//
// A partition holds the sessions with one remainder of FNV-1a(id) modulo the
// number of partitions; the server maps subjects to partitions (tools/nats). A
// node consumes a partition while it serves all of its sessions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actors/engine/engine.hpp"
#include "gateway/nats/settings.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::nats {

/// Consumes commands from construction until stop(), on threads of its own,
/// whether the server is there or not. A message is acknowledged after its
/// outcome is durable and was sent to `replyto`; what cannot be decoded becomes
/// a dead letter at once. Of one session the next message is taken when the one
/// before is done. The engine and the metrics must outlive it.
class ingress {
public:
  ingress(actors::engine &engine, const settings &settings, metrics &meters,
          tuning tuning = {});
  /// Calls stop().
  ~ingress();
  ingress(const ingress &) = delete;
  ingress &operator=(const ingress &) = delete;

  /// Takes nothing more, and returns when what was taken is answered, or after
  /// `tuning.drain`. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::nats
