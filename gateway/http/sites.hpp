// Whose names the node answers to, and whose pages may call it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/wire/cloudevent.hpp"

namespace recapd::gateway::http {

/// Where the page is from that made a browser send a request.
enum class page {
  none,    ///< no browser, or a link that somebody followed
  own,     ///< one of this node's
  listed,  ///< `http.origins`
  foreign
};

class sites {
public:
  explicit sites(const config::settings &settings = {});

  /// The listen address and localhost, `http.hosts` and `http.public_url`; on
  /// a node that listens on all addresses the one the connection came to.
  [[nodiscard]] bool knows(const config::authority &host,
                           const config::address &came_to) const;

  /// By `Origin`, or where a browser sends none by `Sec-Fetch-Site`.
  [[nodiscard]] page
  page_of(header_list headers,
          const std::optional<config::authority> &host) const;

  /// Answers depend on `Origin`.
  [[nodiscard]] bool lists_any() const { return !listed_.empty(); }

private:
  std::vector<config::authority> hosts_;
  std::vector<config::origin> listed_;
  std::optional<config::origin> public_url_;
  bool all_addresses_ = false;
};

/// 403s with what to do about them.
[[nodiscard]] response unknown_host(const config::authority &host);
[[nodiscard]] response foreign_page();

/// 204: what a browser asks before it lets a listed page call.
[[nodiscard]] response preflight_answer(std::string_view method,
                                        std::string_view wanted_headers);

using field_list = std::vector<std::pair<std::string, std::string>>;

/// What lets a browser show a listed page the answer.
[[nodiscard]] field_list cors_fields(std::string_view origin);

}  // namespace recapd::gateway::http
