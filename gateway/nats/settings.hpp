// How this node consumes commands from NATS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "gateway/nats/sweeper.hpp"

namespace recapd::gateway::nats {

struct settings {
  std::string url;  ///< or several, as link takes them
  config::nats_access access;
  std::string node;          ///< for the server's lists of connections
  unsigned partitions = 64;  ///< a power of two, as in the server's mapping
  int replicas = 1;          ///< of the stream, where it is made
};

/// Bounds and times; the defaults suit a node in service.
struct tuning {
  std::size_t max_in_flight = 4000;      ///< of all partitions
  std::size_t window = 256;              ///< of one partition
  std::chrono::milliseconds pull{3000};  ///< a request for messages lasts
  std::chrono::milliseconds ack_wait{30000};
  sweep_times sweep;                       ///< of what is done
  std::chrono::milliseconds backoff{250};  ///< after a fault
  std::chrono::milliseconds full{50};      ///< between looks at a full engine
  std::chrono::milliseconds consumers{5000};  ///< between looks at their list
  std::chrono::milliseconds mapping{5000};    ///< until another look at it
  /// Until a stream that is gone is made again: every node has to notice.
  std::chrono::milliseconds anew{1000};
  std::chrono::milliseconds told{600000};  ///< that it was gone
  std::chrono::milliseconds drain{5000};   ///< bound of stop()
};

}  // namespace recapd::gateway::nats
