// A node's actors: built together, watched together, ended together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "actors/journal_actor.hpp"
#include "actors/lease_keeper.hpp"
#include "actors/node_context.hpp"
#include "storage/store.hpp"

namespace recapd::actors {

/// Where the actors that block run: on threads of their own in service, on the
/// scheduler in tests and simulation.
enum class blocking { detached, cooperative };

/// What a node is built from. The actor members of `base` are still empty.
struct node_parts {
  node_context base;
  storage::store_factory stores;
  commit_signal on_commit = {};
  blocking where = blocking::detached;
  std::optional<lease_parts> leases = std::nullopt;  ///< none: all are served
};

/// Spawns a node's actors, wires them and starts the timers. Nodes on one
/// database may even serve the same sessions at once, which is slow, not wrong.
[[nodiscard]] context_ptr spawn_node(caf::actor_system &system,
                                     const node_parts &parts);

/// Returns every actor of a node but those of sessions and limits, which their
/// parents watch.
[[nodiscard]] std::vector<caf::actor> actors_of(const node_context &node);

/// Returns true when each of the actors that share the scheduler's threads
/// deals with a message within `bound`. Blocks, so no actor may call it.
[[nodiscard]] bool node_answers(caf::actor_system &system,
                                const node_context &node,
                                std::chrono::milliseconds bound);

/// Ends a node's actors (the journals first write what they have gathered) and
/// waits until all have ended.
void end_node(caf::actor_system &system, const node_context &node);

}  // namespace recapd::actors
