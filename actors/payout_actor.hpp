// The payout actor: turns completed sessions into ledger transfers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"

namespace recapd::actors {

class payout_state {
public:
  static inline const char *name = "payout";
  payout_state() = default;
};

/// Answers each session that is about to be completed with what it earns,
/// `program:ID` to `tutor:ID`. The session commits that with what completes it;
/// the ledger's key refuses a second settlement, so asking twice pays once.
payout_ref::behavior_type
payout_actor(payout_ref::stateful_pointer<payout_state> self);

}  // namespace recapd::actors
