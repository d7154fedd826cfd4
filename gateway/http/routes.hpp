// The node's routes, grouped by file: each has its rows and their handlers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/http/request.hpp"

namespace recapd::gateway::http::routes {

/// The most bytes of a body where none is needed.
inline constexpr std::size_t small_body = 4096;

[[nodiscard]] std::vector<route> command_routes();  ///< routes_commands.cpp
[[nodiscard]] std::vector<route> session_routes();  ///< routes_sessions.cpp
[[nodiscard]] std::vector<route> limit_routes();    ///< routes_limits.cpp
[[nodiscard]] std::vector<route> record_routes();   ///< routes_records.cpp
[[nodiscard]] std::vector<route> node_routes();     ///< routes_node.cpp
[[nodiscard]] std::vector<route> relay_routes();    ///< routes_relay.cpp
[[nodiscard]] std::vector<route> whatif_routes();   ///< routes_whatif.cpp

/// Refuses anything but `application/json` with 415.
[[nodiscard]] std::optional<response> want_json(const request &r);

}  // namespace recapd::gateway::http::routes
