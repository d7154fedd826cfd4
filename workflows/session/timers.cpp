// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/evolve.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

std::optional<due_timer> next_timer(const session &s, const rules &decided_by) {
  std::optional<due_timer> next;
  auto offer = [&](std::string_view kind, instant at, instant fires_at) {
    if (!next || fires_at < next->fires_at)
      next = {.kind = std::string{kind}, .at = at, .fires_at = fires_at};
  };
  if (!s.exists()) return next;
  // It comes before the reminders of the same moment, whose reason it takes.
  if (const auto at = auto_confirm_at(s, decided_by))
    offer("auto_confirm", *at, *at);
  if (const auto at = settle_at(s, decided_by)) offer("settlement", *at, *at);
  for (const auto &r : due_reminders(s, decided_by, instant::max()))
    offer(reminder_of(r.kind).name, r.first, r.first);
  if (waits_for_tutor(s.status))
    offer("deadline", s.deadline, s.deadline + std::chrono::microseconds{1});
  return next;
}

std::optional<int> suggested_minutes(const session &s, const rules &decided_by,
                                     instant now) {
  using std::chrono::microseconds;
  const bool called =
      s.tutor_joined
      || std::any_of(s.participants.begin(), s.participants.end(),
                     [](const participant &p) { return p.joined; });
  if (!called) return std::nullopt;
  auto shared = s.shared_call;
  if (s.shared_call_since)
    shared += std::max(now - *s.shared_call_since, microseconds{0});
  const microseconds step = std::chrono::minutes{decided_by.step_minutes};
  const auto steps = (shared.count() + step.count() - 1) / step.count();
  // A policy of an earlier release may have a maximum that is not a whole step.
  const auto most =
      decided_by.max_minutes - decided_by.max_minutes % decided_by.step_minutes;
  return static_cast<int>(
      std::min<std::int64_t>(steps * decided_by.step_minutes, most));
}

}  // namespace recapd::workflows
