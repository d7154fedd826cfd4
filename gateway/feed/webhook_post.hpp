// One POST to the webhook's receiver, and what it answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::feed {

/// Returns the value of the header `recapd-signature`: `t=UNIX,v1=HEX`, where
/// HEX is the HMAC-SHA256 by `secret` of the time's digits, a dot, and the
/// body.
[[nodiscard]] std::string signature(std::string_view secret,
                                    std::int64_t unix_seconds,
                                    std::string_view body);

struct post_answer {
  int status = 0;           ///< 0: no answer
  std::string trouble;      ///< why there is no answer
  std::string retry_after;  ///< the header's value as it came, or empty
};

/// Sends posts, one after another on one connection. Not thread safe.
class webhook_post {
public:
  /// Breaks posts off once `stopped` is true, which must outlive this object.
  /// Throws std::runtime_error where libcurl does not start.
  webhook_post(config::webhook settings, const std::atomic<bool> &stopped);
  ~webhook_post();
  webhook_post(const webhook_post &) = delete;
  webhook_post &operator=(const webhook_post &) = delete;

  /// Posts a CloudEvent's text and returns what is answered; with a secret the
  /// post is signed as of `now`. `more` are further header fields.
  [[nodiscard]] post_answer send(const std::string &body,
                                 workflows::instant now,
                                 const std::vector<std::string> &more = {});

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::feed
