// Messages that their receiver does not take: dead letters of direction `out`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/engine/engine.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::feed {

/// Writes the letters, but for those that have been written before. Waits for
/// the store; false where it could not.
[[nodiscard]] bool
write_outgoing_letters(actors::engine &engine, metrics &meters,
                       const std::vector<storage::dead_letter> &letters);

}  // namespace recapd::gateway::feed
