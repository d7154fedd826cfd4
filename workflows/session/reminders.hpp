// Reminders and other clocks: which are due by when, and which comes next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// The times of one kind that are due and not over.
struct due_reminder {
  reminder_kind kind;
  instant first;
  instant last;
  int over = 0;  ///< how many of the kind's times are over with these
};

/// Returns the kinds that have something due by `until` in the session's state,
/// in the contract's order.
[[nodiscard]] std::vector<due_reminder>
due_reminders(const session &s, const rules &decided_by, instant until);

/// Returns when silent students count as having confirmed; nothing if they
/// never do, or are not waited for.
[[nodiscard]] std::optional<instant> auto_confirm_at(const session &s,
                                                     const rules &decided_by);

/// Returns when a completed session is settled, later than with its completion;
/// nothing in other states, or where the rules have no delay.
[[nodiscard]] std::optional<instant> settle_at(const session &s,
                                               const rules &decided_by);

/// Returns the progress of a session's reminders when it is reopened at `now`
/// until `deadline`: those of the past are over.
[[nodiscard]] reminder_progress reminders_after(const session &s,
                                                const rules &decided_by,
                                                instant now, instant deadline);

/// Returns `t + d`, but never past the last second of the year 9999, the last
/// that RFC 3339 can write.
[[nodiscard]] instant later(instant t, std::chrono::seconds d);

}  // namespace recapd::workflows
