// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "workflows/session/decide.hpp"
#include "workflows/session/decision_draft.hpp"
#include "workflows/session/evolve.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(decision_draft &d, const report_result &) {
  d.refuse(refusal_code::unknown_disbursement,
           "There is no disbursement of this id.");
}

void handle(decision_draft &d, const fire_timers &) {
  const auto now = d.f.now;
  if (waits_for_tutor(d.s.status) && now > d.s.deadline) return d.lapse();
  if (const auto at = settle_at(d.s, d.r); at && *at <= now)
    return d.emit(session_paid{
        .payment = settlement(terms_of(d.s), d.s.minutes.value_or(0))});
  const auto confirm_at = auto_confirm_at(d.s, d.r);
  const bool confirms = confirm_at && *confirm_at <= now;
  // A reminder that is due with the confirmation or after it has lost its
  // reason.
  const auto until =
      confirms ? *confirm_at - std::chrono::microseconds{1} : now;
  auto all = due_reminders(d.s, d.r, until);
  std::ranges::stable_sort(all, {}, &due_reminder::first);
  for (const auto &due : all)
    d.emit(reminder_sent{.kind = due.kind, .count = due.over});
  if (confirms) d.emit(session_completed{.automatic = true});
}

std::optional<session> to_settle(const session &state,
                                 const std::vector<event> &decided,
                                 const rules &decided_by) {
  if (decided_by.settle_after || decided.empty()
      || !std::holds_alternative<session_completed>(decided.back().what))
    return std::nullopt;
  return std::accumulate(
      decided.begin(), decided.end(), state,
      [](session s, const event &e) { return evolve(std::move(s), e); });
}

event settled(const event &completed, transfer payment) {
  return {.seq = completed.seq + 1,
          .at = completed.at,
          .by = engine_itself,
          .what = session_paid{.payment = std::move(payment)}};
}

}  // namespace recapd::workflows
