// Dead letters of direction `out`: messages that their receiver does not take.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/engine/engine.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::feed {

/// Writes the letters that are not stored yet, and waits for the store. Returns
/// false where it could not.
[[nodiscard]] bool
write_outgoing_letters(actors::engine &engine, metrics &meters,
                       const std::vector<storage::dead_letter> &letters);

}  // namespace recapd::gateway::feed
