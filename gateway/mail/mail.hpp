// Mail: notifications go to people by SMTP.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/engine/engine.hpp"
#include "config/mail.hpp"
#include "gateway/mail/templates.hpp"
#include "gateway/oidc/key_ring.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "storage/mail.hpp"

namespace recapd::gateway::mail {

struct mail_tuning {
  std::chrono::milliseconds poll{1000};  ///< between looks for further work
};

/// Sends from construction until stop(), on a thread of its own, where this
/// node serves bucket 0. The engine and the metrics must outlive it.
class mail {
public:
  /// `site` is the pages' URL with a slash at its end; `keys` make links.
  /// Throws template_error, and std::runtime_error where libcurl does not
  /// start.
  mail(actors::engine &engine, const config::mail &settings,
       const std::string &site, storage::mail_store_factory open,
       std::shared_ptr<oidc::key_ring> keys, metrics &meters,
       mail_tuning tuning = {});
  /// Calls stop().
  ~mail();
  mail(const mail &) = delete;
  mail &operator=(const mail &) = delete;

  /// Breaks off what is being sent and ends the thread. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::mail
