// The guard: notices when one of a node's actors dies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <functional>
#include <string>
#include <vector>

namespace recapd::actors {

/// Monitors `watched` and tells `on_death`, once, when one of them ends for any
/// reason but an orderly shutdown. Ends itself when told to exit.
caf::behavior guard_actor(caf::event_based_actor *self,
                          const std::vector<caf::actor> &watched,
                          std::function<void(std::string why)> on_death);

}  // namespace recapd::actors
