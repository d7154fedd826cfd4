// A group commit as one SQL statement: its text and its parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "storage/postgres/group_parts.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Writes the whole group or, raising, nothing of it. Every array is in the
/// order of its table's key: two writers that touch the same rows then lock
/// them in the same order. Commits of one session are in the order of their
/// seqs and follow on each other.
[[nodiscard]] group_statement make_group(std::span<const commit *const> group);

}  // namespace recapd::storage::postgres
