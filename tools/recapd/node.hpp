// One node: everything that runs in the process, started and stopped in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "actors/engine/engine.hpp"
#include "config/config.hpp"
#include "gateway/disbursing/sender.hpp"
#include "gateway/feed/watch.hpp"
#include "gateway/feed/webhook.hpp"
#include "gateway/http/server.hpp"
#include "gateway/inbox/ingress.hpp"
#include "gateway/mail/mail.hpp"
#include "gateway/nats/egress.hpp"
#include "gateway/nats/ingress.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "tools/recapd/service_manager.hpp"

namespace recapd::tools {

/// Says that the address could not be bound.
class listen_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Says that the settings do not go with what the database says.
class setting_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Says that a process that still runs has the node's name.
class name_in_use : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Runs from construction until stop().
class node {
public:
  /// Brings the database's schema up to date, then starts. Throws
  /// storage_error, schema_error, setting_error, name_in_use or
  /// listen_error.
  /// `leave` is called when the node should end though nobody sent a signal.
  node(const config::settings &settings,
       std::function<void(std::string why)> leave);
  /// Calls stop().
  ~node();
  node(const node &) = delete;
  node &operator=(const node &) = delete;

  /// Returns `http://127.0.0.1:8080`, with the port that was bound.
  [[nodiscard]] const std::string &url() const { return url_; }

  /// Returns how the node is; waits for its actors, at most for `bound`.
  [[nodiscard]] node_health look(std::chrono::milliseconds bound) const;

  /// Takes these bearer tokens of HTTP in place of the present ones.
  void replace_tokens(const std::vector<config::token> &tokens);

  /// Takes nothing new, hands over what other nodes can serve, answers what was
  /// taken (for so long as engine_options::drain), then ends. Idempotent.
  void stop();

private:
  void start_mail(const config::settings &settings);
  void start_nats(const config::settings &settings);

  std::shared_ptr<gateway::metrics> meters_;
  std::shared_ptr<gateway::relay::relay> relay_;
  std::unique_ptr<actors::engine> engine_;
  std::shared_ptr<gateway::mail::replies> mail_replies_;  ///< null: no mail
  std::unique_ptr<gateway::http::server> http_;
  std::unique_ptr<gateway::inbox::ingress> inbox_;
  std::unique_ptr<gateway::disbursing::sender> disbursements_;
  std::unique_ptr<gateway::feed::webhook> webhook_;
  std::unique_ptr<gateway::mail::mail> mail_;
  std::unique_ptr<gateway::feed::watch> feed_watch_;
  std::unique_ptr<gateway::nats::ingress> nats_;
  std::unique_ptr<gateway::nats::egress> nats_out_;
  std::string url_;
};

}  // namespace recapd::tools
