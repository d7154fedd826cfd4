// Reminders: which are due by when, and which comes next.
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
  int over = 0;  ///< how many of the kind's times are over with them
};

/// The kinds that have something due by `until` in the session's state, in the
/// contract's order.
[[nodiscard]] std::vector<due_reminder>
due_reminders(const session &s, const rules &decided_by, instant until);

/// When silent students count as having confirmed; nothing if they never do,
/// or are not waited for.
[[nodiscard]] std::optional<instant> auto_confirm_at(const session &s,
                                                     const rules &decided_by);

/// The reminders of a session reopened at `now` until `deadline`: what is past
/// is done.
[[nodiscard]] reminder_progress reminders_after(const session &s,
                                                const rules &decided_by,
                                                instant now, instant deadline);

/// `t + d`, but never past the last second of the year 9999, which is the last
/// that RFC 3339 can write.
[[nodiscard]] instant later(instant t, std::chrono::seconds d);

}  // namespace recapd::workflows
