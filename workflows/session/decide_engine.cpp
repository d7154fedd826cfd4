// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/decision_draft.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(decision_draft &d, const fire_timers &) {
  const auto now = d.f.now;
  if (waits_for_tutor(d.s.status) && now > d.s.deadline) return d.lapse();
  const auto confirm_at = auto_confirm_at(d.s, d.r);
  const bool confirms = confirm_at && *confirm_at <= now;
  // A reminder that is due after the confirmation has lost its reason.
  const auto until = confirms ? *confirm_at : now;
  auto all = due_reminders(d.s, d.r, until);
  std::ranges::stable_sort(all, {}, &due_reminder::first);
  for (const auto &due : all)
    d.emit(reminder_sent{.kind = due.kind, .count = due.over});
  if (confirms) d.emit(session_completed{.automatic = true});
}

void handle(decision_draft &d, const settle_session &c) {
  if (d.s.status == session_status::completed)
    d.emit(session_paid{.payment = c.payment});
}

}  // namespace recapd::workflows
