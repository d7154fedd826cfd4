// SPDX-License-Identifier: Apache-2.0
#include "actors/payout_actor.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace recapd::actors {

payout_ref::behavior_type
payout_actor(payout_ref::stateful_pointer<payout_state>) {
  return {[](ask_settlement &m) {
    m.done(workflows::settlement(m.by, m.minutes));
  }};
}

}  // namespace recapd::actors
