// The journal's rows of a group commit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "storage/postgres/group_parts.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Adds a row for each of these commits, which have events or are commands'.
/// Commits of one session follow each other.
void add_journal(group_builder &to, std::span<const commit *const> by_session);

}  // namespace recapd::storage::postgres
