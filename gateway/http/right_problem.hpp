// The answer to a read for which the node lacks a right in the database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/http/problem.hpp"
#include "storage/right_missing.hpp"

namespace recapd::gateway::http {

/// Returns a 500 `internal`, and logs which right is missing.
[[nodiscard]] response without_right(const storage::right_missing &which);

}  // namespace recapd::gateway::http
