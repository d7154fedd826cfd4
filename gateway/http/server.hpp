// The HTTP server: commands in, views, server-sent events and metrics out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actors/engine/engine.hpp"
#include "config/config.hpp"
#include "gateway/http/bound_socket.hpp"
#include "gateway/http/tuning.hpp"
#include "gateway/mail/replies.hpp"
#include "gateway/oidc/key_ring.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::http {

/// Serves from construction until stop(). The engine and the metrics must
/// outlive it.
class server {
public:
  /// Binds `listen_host:listen_port` of the settings. Throws
  /// std::runtime_error, with a sentence that names the address, when it
  /// cannot.
  server(actors::engine &engine, const config::settings &settings,
         metrics &meters, tuning tuning = {});
  /// Listens on a socket that is bound, and takes other nodes' packets for
  /// `between`; null: for none. `keys` opens the keys of cookies; null: nobody
  /// signs in by a browser. `mail` takes what comes back of mail; null: none is
  /// sent. Throws std::runtime_error when it cannot.
  server(actors::engine &engine, const config::settings &settings,
         metrics &meters, tuning tuning, bound_socket at,
         std::shared_ptr<relay::relay> between, oidc::key_opener keys = nullptr,
         std::shared_ptr<mail::replies> mail = nullptr);
  /// Calls stop().
  ~server();
  server(const server &) = delete;
  server &operator=(const server &) = delete;

  /// Returns the port it listens on (of use where the settings say 0).
  [[nodiscard]] unsigned short port() const;

  /// Takes these bearer tokens in place of the present ones; event streams of
  /// callers who are not known any more end.
  void replace_tokens(const std::vector<config::token> &tokens);

  /// Accepts nothing more, lets requests in flight finish (for at most
  /// `tuning.drain`), ends event streams, and returns. Idempotent.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::http
