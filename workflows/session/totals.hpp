// Totals: what a session counts in statistics, and what answers a reminder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// What one session adds to statistics.
struct totals {
  /// As logged; absent also where they were given back: the session is missed,
  /// denied, cancelled or voided.
  std::optional<int> minutes = {};
  /// From the tutor's recap to the completion, rounded down.
  std::optional<int> confirm_seconds = {};
  /// What the tutor has of it, net of corrections and reversal, once settled.
  std::optional<std::int64_t> pay = {};
  bool operator==(const totals &) const = default;
};

/// Returns true where the minutes of a session in that state count.
[[nodiscard]] bool counts_minutes(session_status s);

[[nodiscard]] totals totals_of(const session &s);

/// How long after a reminder an answer counts as its answer.
inline constexpr std::chrono::hours answer_time{24};

/// Returns true for what the reminder asks for: the tutor's recap, or of those
/// that go out once recaps were asked of students, a student's.
[[nodiscard]] bool answers(const event_body &e, reminder_kind to);

}  // namespace recapd::workflows
