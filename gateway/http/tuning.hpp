// What no configuration file sets about HTTP; tests make the times short.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace recapd::gateway::http {

struct tuning {
  int threads = 1;  ///< that serve all connections
  std::size_t max_event_clients = 100;
  std::chrono::milliseconds write_timeout{30000};
  std::chrono::milliseconds linger{2000};  ///< reading on after an error
  /// For the head of a request beyond the bound of connections.
  std::chrono::milliseconds reserve_timeout{1000};
  std::size_t reserve = 64;  ///< connections beyond the bound that are heard
  std::chrono::milliseconds heartbeat{15000};
  std::chrono::milliseconds feed_poll{1000};  ///< other nodes' events
  std::chrono::milliseconds drain{5000};      ///< bound of stop()
};

}  // namespace recapd::gateway::http
