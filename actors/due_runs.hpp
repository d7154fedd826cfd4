// Due runs: when programmes are to pay out, by the newest policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "actors/policy_book.hpp"
#include "storage/store.hpp"

namespace recapd::actors {

/// Returns true where the newest policy pays out in some programme.
[[nodiscard]] bool pays_out(const policy_book &policies);

/// Returns when each programme is to pay out next, as timers of its runs' key,
/// those up to `until`. What a run left undone is due at its own time.
[[nodiscard]] std::vector<storage::timer_row>
next_runs(storage::store &from, const policy_book &policies,
          workflows::instant until, std::string_view only_program = {});

/// Returns the run of the programme that is to be made, or gone on with, now;
/// it is in the store. Nothing where none is due.
[[nodiscard]] std::optional<storage::run_row>
begin_due_run(storage::store &in, const policy_book &policies,
              std::string_view program, workflows::instant now);

}  // namespace recapd::actors
