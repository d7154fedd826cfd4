// Relaying: how a command is handed to the node that serves its session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "actors/reply.hpp"
#include "actors/submission.hpp"
#include "storage/leases.hpp"

namespace recapd::actors {

/// Hands a command to another node. `done` gets that node's answer; a fault
/// says that the command may or may not have reached it. Returns false where
/// nothing was sent; `done` is dropped then. Any thread; must not block.
using relay_function =
    std::function<bool(const storage::other_node &to, const submission &what,
                       const reply<outcome> &done)>;

}  // namespace recapd::actors
