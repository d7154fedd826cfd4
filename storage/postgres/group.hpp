// A group commit as one SQL statement: its text and its parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "storage/postgres/group_parts.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Returns the statement that writes the whole group or, raising an error,
/// nothing of it. Every array is in the order of its table's key, so two
/// writers that touch the same rows lock them in the same order. Commits of one
/// session must be in the order of their seqs and follow each other.
[[nodiscard]] group_statement make_group(std::span<const commit *const> group);

}  // namespace recapd::storage::postgres
