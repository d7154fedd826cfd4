// The commits of disbursements: makes of an event what one transaction writes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "actors/submission.hpp"
#include "storage/store.hpp"
#include "workflows/disbursement/disbursement.hpp"

namespace recapd::actors {

/// Returns the commit of an event, without outcome, and the state after it.
/// `from` is the command, or null where the engine acts by itself; `transfers`
/// is what a new disbursement pays out.
[[nodiscard]] std::pair<storage::commit, workflows::disbursement>
build_disbursement_commit(
    const workflows::disbursement &before,
    const workflows::disbursement_event &e, const submission *from,
    std::vector<workflows::waiting_transfer> transfers = {});

}  // namespace recapd::actors
