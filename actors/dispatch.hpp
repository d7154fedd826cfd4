// Dispatch: sends a command to its session's shard, or to the forwarder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actors/node_context.hpp"

namespace recapd::actors {

/// Sends a command to where its session is served. A command that a queue
/// brought, or that is marked `here`, stays with this node: its queue would
/// bring it again. Returns true if the command goes to another node.
bool dispatch(const node_context &node, std::shared_ptr<work> item);

}  // namespace recapd::actors
