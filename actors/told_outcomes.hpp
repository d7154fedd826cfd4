// Told outcomes: a stored command's first answer, by its session's events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "actors/messages.hpp"
#include "actors/policy_book.hpp"

namespace recapd::actors {

/// Returns the outcomes of the keys, in their order, each whole, whether it is
/// stored so or the session's events tell it; nothing where a key is free.
/// `unavailable` stands for an outcome whose events cannot be read; the log
/// says why. Throws storage_error. Adds policies that the book lacks.
[[nodiscard]] outcome_rows
find_told_outcomes(storage::store &store, policy_book &policies,
                   std::span<const storage::command_key> keys);

}  // namespace recapd::actors
