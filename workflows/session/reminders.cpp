// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/reminders.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace recapd::workflows {

namespace {

/// The times of a reopened window, counted from its end.
constexpr std::array<std::chrono::seconds, 2> before_end{
    std::chrono::hours{-24}, std::chrono::hours{-1}};

/// Returns the moment from which clocks of the present state count that began
/// at `from`: they stood in disputes.
instant counted_from(const session &s, instant from) {
  return s.disputes ? from + s.disputes->stood : from;
}

due_reminder due_of(const reminder &kind, const session &s,
                    const rules &decided_by, instant until) {
  std::span<const std::chrono::seconds> after = decided_by.reminders[kind.kind];
  std::optional from = s.starts_at;
  if (kind.from == reminder_base::request) {
    from = s.requested_at;
    if (from) from = counted_from(s, *from);
  }
  if (kind.from == reminder_base::start_or_end && s.reminders.reopened) {
    after = before_end;
    from = s.deadline;
  }
  const int done = s.reminders.over[kind.kind];
  due_reminder due{.kind = kind.kind, .first = {}, .last = {}, .over = done};
  for (; from && due.over < std::ssize(after); ++due.over) {
    const auto at = later(*from, after[static_cast<std::size_t>(due.over)]);
    if (at > until) break;
    if (due.over == done) due.first = at;
    due.last = at;
  }
  return due;
}

}  // namespace

instant later(instant t, std::chrono::seconds d) {
  constexpr instant last =
      std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}
      - std::chrono::seconds{1};
  return std::min(t + d, std::max(t, last));
}

std::vector<due_reminder>
due_reminders(const session &s, const rules &decided_by, instant until) {
  if (waits_for_tutor(s.status)) until = std::min(until, s.deadline);
  std::vector<due_reminder> all;
  for (const auto &kind : reminder_table) {
    if (!kind.due_in(s.status)) continue;
    const auto due = due_of(kind, s, decided_by, until);
    if (due.over > s.reminders.over[kind.kind]) all.push_back(due);
  }
  return all;
}

std::optional<instant> auto_confirm_at(const session &s,
                                       const rules &decided_by) {
  if (!waits_for_students(s.status) || !s.requested_at
      || !decided_by.auto_confirm_after)
    return std::nullopt;
  return later(counted_from(s, *s.requested_at),
               *decided_by.auto_confirm_after);
}

std::optional<instant> settle_at(const session &s, const rules &decided_by) {
  if (s.status != session_status::completed || !s.completed_at
      || !decided_by.settle_after)
    return std::nullopt;
  return later(counted_from(s, *s.completed_at), *decided_by.settle_after);
}

reminder_progress reminders_after(const session &s, const rules &decided_by,
                                  instant now, instant deadline) {
  session reopened;
  reopened.starts_at = s.starts_at;
  reopened.deadline = deadline;
  reopened.reminders.reopened = true;
  for (const auto &kind : reminder_table)
    reopened.reminders.over[kind.kind] =
        due_of(kind, reopened, decided_by, now).over;
  return reopened.reminders;
}

}  // namespace recapd::workflows
