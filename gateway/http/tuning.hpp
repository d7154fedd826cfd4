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
  std::chrono::milliseconds linger{2000};  ///< reading on after the last answer
  /// How long a connection beyond the bound has for the head of a request.
  std::chrono::milliseconds reserve_timeout{1000};
  std::size_t reserve = 64;  ///< connections beyond the bound that are heard
  std::chrono::milliseconds keep_alive{15000};
  std::chrono::milliseconds feed_poll{1000};  ///< between looks at the feed
  std::chrono::milliseconds drain{5000};      ///< how long stop() waits
};

}  // namespace recapd::gateway::http
