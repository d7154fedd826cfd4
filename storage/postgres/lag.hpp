// How far each node is behind: what waits in the database for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

struct node_lag {
  std::int64_t inbox_rows = 0;  ///< not taken, or taken and not decided
  /// Since the oldest of them was received, or the oldest timer was due.
  std::chrono::milliseconds behind{0};
};

/// By node; one that nothing waits for is not there. Connects; throws
/// storage_error.
[[nodiscard]] std::map<std::string, node_lag> lag_by_node(const endpoint &to);

}  // namespace recapd::storage::postgres
