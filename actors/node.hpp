// One node's actors: built together, watched together, ended together.
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

/// What a node is built from; the context's actor members are still empty.
struct node_parts {
  node_context base;
  storage::store_factory stores;
  commit_signal on_commit;
  blocking where = blocking::detached;
  std::optional<lease_parts> leases = std::nullopt;  ///< none: it serves all
};

/// Spawns a node's actors, wires them and starts the timers. Any two nodes on
/// one database may serve the same sessions at once: slow, not wrong.
[[nodiscard]] context_ptr spawn_node(caf::actor_system &system,
                                     const node_parts &parts);

/// Every actor of a node but the sessions and limit actors (their parents watch
/// those).
[[nodiscard]] std::vector<caf::actor> actors_of(const node_context &node);

/// True when each of the actors that share the scheduler's threads deals with a
/// message within `bound`. Waits for them, so never from an actor.
[[nodiscard]] bool node_answers(caf::actor_system &system,
                                const node_context &node,
                                std::chrono::milliseconds bound);

/// Ends a node's actors (the journals write what they hold first) and waits
/// until all are gone.
void end_node(caf::actor_system &system, const node_context &node);

}  // namespace recapd::actors
