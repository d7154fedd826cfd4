// Handing mail in by SMTP.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "config/mail.hpp"
#include "gateway/mail/smtp_answer.hpp"

namespace recapd::gateway::mail {

/// Hands in one mail after another, by one connection while that lasts. Not
/// thread safe.
class smtp {
public:
  /// Breaks off what is being sent once `stopped` is true, which must outlive
  /// this object. Throws std::runtime_error where libcurl does not start.
  smtp(const config::mail &settings, const std::atomic<bool> &stopped);
  ~smtp();
  smtp(const smtp &) = delete;
  smtp &operator=(const smtp &) = delete;

  /// Sends a whole message, with CR LF at the end of each line, to an address.
  [[nodiscard]] smtp_answer send(const std::string &to,
                                 const std::string &message);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::mail
