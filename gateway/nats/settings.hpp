// How this node consumes commands from NATS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "gateway/nats/sweeper.hpp"

namespace recapd::gateway::nats {

struct settings {
  std::string url;  ///< one URL or several, as link takes them
  config::nats_access access;
  std::string node;          ///< for the server's lists of connections
  unsigned partitions = 64;  ///< a power of two, as in the server's mapping
  int replicas = 1;          ///< of the stream, where it is made
};

/// Bounds and times; the defaults suit a node in service.
struct tuning {
  std::size_t max_in_flight = 4000;      ///< messages of all partitions
  std::size_t window = 256;              ///< messages of one partition
  std::chrono::milliseconds pull{3000};  ///< how long a request lasts
  std::chrono::milliseconds ack_wait{30000};
  sweep_times sweep;                       ///< for taking out what is done
  std::chrono::milliseconds backoff{250};  ///< pause after a fault
  std::chrono::milliseconds full{50};      ///< between looks at a full engine
  std::chrono::milliseconds consumers{5000};  ///< between looks at their list
  std::chrono::milliseconds mapping{5000};    ///< between looks at a wrong one
  /// Until a stream that is gone is made again: every node has to notice.
  std::chrono::milliseconds anew{1000};
  std::chrono::milliseconds told{600000};  ///< how long its loss is a warning
  std::chrono::milliseconds drain{5000};   ///< how long stop() waits
};

}  // namespace recapd::gateway::nats
