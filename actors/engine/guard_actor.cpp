// SPDX-License-Identifier: Apache-2.0
#include "actors/engine/guard_actor.hpp"

#include <caf/actor_system.hpp>
#include <memory>

#include "actors/messages.hpp"

namespace recapd::actors {

caf::behavior guard_actor(caf::event_based_actor *self,
                          const std::vector<caf::actor> &watched,
                          std::function<void(std::string)> on_death) {
  for (const auto &a : watched)
    self->monitor(a);
  self->set_down_handler([=](caf::down_msg &m) {
    if (m.reason == caf::exit_reason::user_shutdown) return;
    self->set_down_handler([](caf::down_msg &) {});
    on_death(self->system().render(m.reason));
  });
  // CAF ends an actor without a handler. Nobody sends the guard a flush.
  return {[](flush) {}};
}

}  // namespace recapd::actors
