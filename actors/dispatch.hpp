// Where a command goes: to the session's shard, or to the node that serves it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actors/node_context.hpp"

namespace recapd::actors {

/// Hands a command to whoever serves its session. What a queue brought is this
/// node's to do, whoever that is, or it would come again. Returns true if it
/// goes to another node.
bool dispatch(const node_context &node, std::shared_ptr<work> item);

}  // namespace recapd::actors
