// The HTTP server: commands in, views, server-sent events and metrics out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "actors/engine.hpp"
#include "config/config.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::ingress {

/// What no configuration file sets; tests make the times short.
struct http_tuning {
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

/// Serves from construction until stop(). The engine and the metrics must
/// outlive it.
class http_server {
public:
  /// Binds `listen_host:listen_port` of the settings. Throws
  /// std::runtime_error, with a sentence that names the address, when it
  /// cannot.
  http_server(actors::engine &engine, const config::settings &settings,
              metrics &meters, http_tuning tuning = {});
  /// Stops.
  ~http_server();
  http_server(const http_server &) = delete;
  http_server &operator=(const http_server &) = delete;

  /// The port it listens on (of use where the settings say 0).
  [[nodiscard]] unsigned short port() const;

  /// From now on these are the bearer tokens; event streams of others end.
  void replace_tokens(const std::vector<config::token> &tokens);

  /// Accepts nothing more, lets requests in flight finish (for at most
  /// `tuning.drain`), ends event streams, and returns. Idempotent.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::ingress
