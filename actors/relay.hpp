// Relaying: how a command is handed to the node that serves its session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

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

/// Tells which other nodes are live, after each heartbeat. Commands that others
/// have are given back: nobody can wait for their answers. Any thread; must not
/// block.
using live_nodes_function =
    std::function<void(const std::vector<storage::other_node> &live)>;

}  // namespace recapd::actors
