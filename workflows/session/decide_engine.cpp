// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/judgement.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(judgement &j, const fire_timers &) {
  const auto now = j.f.now;
  const bool waits_for_tutor = j.s.status == session_status::scheduled
                               || j.s.status == session_status::time_logged;
  if (waits_for_tutor && now > j.s.deadline) return j.lapse();
  const auto confirm_at = auto_confirm_at(j.s, j.r);
  const bool confirms = confirm_at && *confirm_at <= now;
  // What comes after the confirmation has lost its reason.
  const auto until = confirms ? *confirm_at : now;
  auto due = pending_reminders(j.s, j.r);
  std::erase_if(due, [&](const auto &p) { return p.next > until; });
  std::stable_sort(due.begin(), due.end(), [](const auto &a, const auto &b) {
    return a.next < b.next;
  });
  for (const auto &p : due)
    j.emit(
        reminder_sent{.kind = std::string{p.kind}, .count = p.over_by(until)});
  if (confirms) j.emit(session_completed{.automatic = true});
}

void handle(judgement &j, const settle_session &c) {
  if (j.s.status == session_status::completed)
    j.emit(session_paid{.payment = c.payment});
}

}  // namespace recapd::workflows
