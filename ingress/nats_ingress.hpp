// Commands by NATS JetStream: one stream, split into partitions.
//
// A partition holds the sessions with FNV-1a(id) modulo the partitions; the
// server maps subjects to partitions (tools/nats). A node consumes a partition
// while it serves all of its sessions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "actors/engine.hpp"
#include "ingress/metrics.hpp"
#include "ingress/nats_sweeper.hpp"

namespace recapd::ingress {

struct nats_settings {
  std::string url;           ///< or several, as nats_link takes them
  std::string node;          ///< for the server's lists of connections
  unsigned partitions = 64;  ///< a power of two, as in the server's mapping
  int replicas = 1;          ///< of the stream, where it is made
};

/// Bounds and times; the defaults suit a node in service.
struct nats_tuning {
  std::size_t max_in_flight = 4000;      ///< of all partitions
  std::size_t window = 256;              ///< of one partition
  std::chrono::milliseconds pull{3000};  ///< a request for messages lasts
  std::chrono::milliseconds ack_wait{30000};
  nats_sweep_times sweep;                     ///< of what is done
  std::chrono::milliseconds backoff{250};     ///< after a fault
  std::chrono::milliseconds consumers{5000};  ///< between looks at their list
  std::chrono::milliseconds mapping{5000};    ///< until another look at it
  std::chrono::milliseconds drain{5000};      ///< bound of stop()
};

/// Runs from construction until stop(), on threads of its own, whether the
/// server is there or not. A message is acknowledged after its outcome is
/// durable and was sent to `replyto`; what cannot be decoded becomes a dead
/// letter at once. Of one session the next message is taken when the one before
/// is done. The engine and the metrics must outlive it.
class nats_ingress {
public:
  nats_ingress(actors::engine &engine, const nats_settings &settings,
               metrics &meters, nats_tuning tuning = {});
  /// Stops.
  ~nats_ingress();
  nats_ingress(const nats_ingress &) = delete;
  nats_ingress &operator=(const nats_ingress &) = delete;

  /// Takes nothing more, and returns when what was taken is answered (or after
  /// `tuning.drain`). Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

/// The partitions of which `ours` has every bucket.
[[nodiscard]] std::vector<bool>
whole_partitions(const storage::bucket_set &ours, unsigned partitions);

}  // namespace recapd::ingress
