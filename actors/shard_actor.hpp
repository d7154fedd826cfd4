// The shard actor: the parent of the sessions of some buckets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "actors/children.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class shard_state {
public:
  static inline const char *name = "shard";
  shard_state() = default;

  std::optional<children<subject_ref>> sessions;
};

/// Hands each session's work to the session's actor, which it spawns on demand
/// and passivates when it is idle. `index` is the shard's index in
/// node_context::shards.
shard_ref::behavior_type
shard_actor(shard_ref::stateful_pointer<shard_state> self, context_ptr node,
            std::size_t index);

}  // namespace recapd::actors
