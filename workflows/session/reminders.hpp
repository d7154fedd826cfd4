// Reminders: which are due by when, and which comes next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// One kind of reminder that still has times ahead.
struct pending_reminder {
  std::string_view kind;  ///< a notification's
  instant next;           ///< its earliest time that is not over
  /// How many of its times are at or before `until`, those done included.
  [[nodiscard]] int over_by(instant until) const;

  std::vector<instant> times;  ///< that are not over, ascending
  int done = 0;
};

/// The kinds that follow the tutor (while the tutor's part is not done) or the
/// students (while their recaps are awaited), each with what is left of it.
/// In the contract's order of kinds.
[[nodiscard]] std::vector<pending_reminder>
pending_reminders(const session &s, const rules &judged_by);

/// When silent students count as having confirmed; nothing if they never do,
/// or are not waited for.
[[nodiscard]] std::optional<instant> auto_confirm_at(const session &s,
                                                     const rules &judged_by);

/// The tutor's reminders of a session reopened at `now` until `deadline`: what
/// is past is done.
[[nodiscard]] reminder_progress reminders_after(const session &s,
                                                const rules &judged_by,
                                                instant now, instant deadline);

/// True if the kind is one that `reminder_sent` may carry.
[[nodiscard]] bool known_reminder(std::string_view kind);

/// `t + d`, but never past the last second of the year 9999, which is the last
/// that RFC 3339 can write.
[[nodiscard]] instant later(instant t, std::chrono::seconds d);

}  // namespace recapd::workflows
