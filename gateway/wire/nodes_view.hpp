// Nodes as JSON: who serves which shards, and how far each is behind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "storage/leases.hpp"

namespace recapd::gateway {

using node_lags = std::map<std::string, storage::node_lag>;

/// Returns `live`, `draining`, or `silent` for a node whose lease has ended.
[[nodiscard]] std::string state_of(const storage::member &m,
                                   workflows::instant now);

/// Returns `NodeList` of docs/openapi.json.
[[nodiscard]] boost::json::object nodes_view(const storage::lease_table &t,
                                             const node_lags &lags,
                                             workflows::instant now);

}  // namespace recapd::gateway
