// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/judgement.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(judgement &j, const fire_timers &) {
  const auto now = j.f.now;
  if (waits_for_tutor(j.s.status) && now > j.s.deadline) return j.lapse();
  const auto confirm_at = auto_confirm_at(j.s, j.r);
  const bool confirms = confirm_at && *confirm_at <= now;
  // What comes after the confirmation has lost its reason.
  const auto until = confirms ? *confirm_at : now;
  auto all = due_reminders(j.s, j.r, until);
  std::ranges::stable_sort(all, {}, &due_reminder::first);
  for (const auto &due : all)
    j.emit(reminder_sent{.kind = due.kind, .count = due.over});
  if (confirms) j.emit(session_completed{.automatic = true});
}

void handle(judgement &j, const settle_session &c) {
  if (j.s.status == session_status::completed)
    j.emit(session_paid{.payment = c.payment});
}

}  // namespace recapd::workflows
