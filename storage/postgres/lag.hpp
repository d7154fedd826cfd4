// Lag: what waits in the database for each node, and how long it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

struct node_lag {
  std::int64_t inbox_rows = 0;  ///< inbox rows that are not decided
  /// The time since the oldest row was received, or the earliest timer was due.
  std::chrono::milliseconds behind{0};
};

/// Returns the lag by node, without nodes for which nothing waits. Connects;
/// throws storage_error.
[[nodiscard]] std::map<std::string, node_lag> lag_by_node(const endpoint &to);

}  // namespace recapd::storage::postgres
