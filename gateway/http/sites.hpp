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
  own,     ///< a page of this node's
  listed,  ///< a page of one of `http.origins`
  foreign
};

class sites {
public:
  explicit sites(const config::settings &settings = {});

  /// Returns true for the listen address, localhost, `http.hosts` and
  /// `http.public_url`; on a node that listens on all addresses also for the
  /// one the connection came to.
  [[nodiscard]] bool knows(const config::authority &host,
                           const config::address &came_to) const;

  /// Returns where a page is from: by `Origin`, without it by `Sec-Fetch-Site`.
  /// The node's own are those of `http.public_url`, and those that it is asked
  /// for directly, which is without TLS.
  [[nodiscard]] page
  page_of(header_list headers,
          const std::optional<config::authority> &host) const;

  /// Returns true where answers depend on `Origin`.
  [[nodiscard]] bool lists_any() const { return !listed_.empty(); }

private:
  std::vector<config::authority> hosts_;
  std::vector<config::origin> listed_;
  std::optional<config::origin> public_url_;
  bool all_addresses_ = false;
};

/// Returns a 403 that says what to do about it.
[[nodiscard]] response unknown_host(const config::authority &host);
[[nodiscard]] response foreign_page();

/// Returns a 204, for what a browser asks before it lets a listed page call.
[[nodiscard]] response preflight_answer(std::string_view method,
                                        std::string_view wanted_headers);

using field_list = std::vector<std::pair<std::string, std::string>>;

/// Returns the fields that let a browser show a listed page the answer.
[[nodiscard]] field_list cors_fields(std::string_view origin);

}  // namespace recapd::gateway::http
