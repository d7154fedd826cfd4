// Relaying: how a command is handed to the node that serves its session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "actors/reply.hpp"
#include "actors/submission.hpp"
#include "storage/leases.hpp"

namespace recapd::actors {

/// Hands a command to another node. `done` gets that node's answer;
/// `outcome_unknown` says that the command may or may not have reached it. Any
/// thread; must not block.
using relay_function =
    std::function<void(const storage::other_node &to, const submission &what,
                       const reply<outcome> &done)>;

}  // namespace recapd::actors
