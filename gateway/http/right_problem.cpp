// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/right_problem.hpp"

#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::http {

response without_right(const storage::right_missing &which) {
  log_warn("a request failed", {{"error", which.what()}});
  return problem(500, "internal",
                 "The node lacks a right in the database; its log says which.");
}

}  // namespace recapd::gateway::http
