// SPDX-License-Identifier: Apache-2.0
#include "actors/payout_actor.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "workflows/pay.hpp"

namespace recapd::actors {

payout_ref::behavior_type
payout_actor(payout_ref::stateful_pointer<payout_state>) {
  return {[](ask_settlement &m) {
    m.done(workflows::transfer{
        .kind = workflows::transfer_kind::settlement,
        .from = "program:" + m.program,
        .to = "tutor:" + m.tutor,
        .amount = workflows::pay_amount(m.minutes, m.rate_per_hour),
        .currency = std::move(m.currency)});
  }};
}

}  // namespace recapd::actors
