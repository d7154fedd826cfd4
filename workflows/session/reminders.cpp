// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/reminders.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace recapd::workflows {

namespace {

constexpr std::array<std::string_view, 5> kinds{
    "tutor_recap_due", "tutor_recap_reminder", "student_recap_reminder",
    "tutor_remind_student", "student_recap_overdue"};

using times_of_kind = reminder_rules::list;

/// Of a reopened window, counted from its end.
const times_of_kind &before_end() {
  static const times_of_kind times{std::chrono::hours{-24},
                                   std::chrono::hours{-1}};
  return times;
}

/// A kind that has one time at most, as a list.
times_of_kind single(const std::optional<std::chrono::seconds> &time) {
  if (!time) return {};
  return {*time};
}

/// Adds the kind unless nothing of it is left before `end`.
void add(std::vector<pending_reminder> &to, std::string_view kind,
         const times_of_kind &after, int done, instant from,
         std::optional<instant> end) {
  pending_reminder p{.kind = kind, .next = {}, .times = {}, .done = done};
  for (auto i = static_cast<std::size_t>(done); i < after.size(); ++i) {
    const auto at = later(from, after[i]);
    if (end && at > *end) break;
    p.times.push_back(at);
  }
  if (p.times.empty()) return;
  p.next = p.times.front();
  to.push_back(std::move(p));
}

int past(const times_of_kind &after, instant from, instant now) {
  return static_cast<int>(
      std::count_if(after.begin(), after.end(),
                    [&](auto d) { return later(from, d) <= now; }));
}

}  // namespace

int pending_reminder::over_by(instant until) const {
  return done
         + static_cast<int>(std::upper_bound(times.begin(), times.end(), until)
                            - times.begin());
}

instant later(instant t, std::chrono::seconds d) {
  constexpr instant last =
      std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}
      - std::chrono::seconds{1};
  return std::min(t + d, std::max(t, last));
}

std::vector<pending_reminder> pending_reminders(const session &s,
                                                const rules &judged_by) {
  std::vector<pending_reminder> pending;
  const auto &times = judged_by.reminders;
  const auto &done = s.reminders;
  if (s.status == session_status::scheduled
      || s.status == session_status::time_logged) {
    add(pending, kinds[0], single(times.tutor_recap_due), done.tutor_recap_due,
        s.starts_at, s.deadline);
    add(pending, kinds[1],
        done.reopened ? before_end() : times.tutor_recap_reminder,
        done.tutor_recap_reminder, done.reopened ? s.deadline : s.starts_at,
        s.deadline);
  }
  if (s.status == session_status::awaiting_student_recap && s.requested_at) {
    const auto from = *s.requested_at;
    add(pending, kinds[2], times.student_recap_reminder,
        done.student_recap_reminder, from, std::nullopt);
    add(pending, kinds[3], times.tutor_remind_student,
        done.tutor_remind_student, from, std::nullopt);
    add(pending, kinds[4], single(times.student_recap_overdue),
        done.student_recap_overdue, from, std::nullopt);
  }
  return pending;
}

std::optional<instant> auto_confirm_at(const session &s,
                                       const rules &judged_by) {
  if (s.status != session_status::awaiting_student_recap || !s.requested_at
      || !judged_by.auto_confirm_after)
    return std::nullopt;
  return later(*s.requested_at, *judged_by.auto_confirm_after);
}

reminder_progress reminders_after(const session &s, const rules &judged_by,
                                  instant now, instant deadline) {
  const auto &due = judged_by.reminders.tutor_recap_due;
  return {.reopened = true,
          .tutor_recap_due = past(single(due), s.starts_at, now) > 0,
          .tutor_recap_reminder = past(before_end(), deadline, now)};
}

bool known_reminder(std::string_view kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace recapd::workflows
