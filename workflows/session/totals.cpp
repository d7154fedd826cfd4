// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/totals.hpp"

#include <algorithm>
#include <limits>

namespace recapd::workflows {

namespace {

/// Returns whole seconds from one moment to a later one; commands may be
/// received out of order, and time never counts backwards.
int seconds_between(instant from, instant to) {
  const auto s = std::chrono::floor<std::chrono::seconds>(to - from).count();
  return static_cast<int>(
      std::clamp<std::int64_t>(s, 0, std::numeric_limits<int>::max()));
}

}  // namespace

bool counts_minutes(session_status s) {
  switch (s) {
  case session_status::scheduled:
  case session_status::time_logged:
  case session_status::awaiting_student_recap:
  case session_status::completed:
  case session_status::disputed:
  case session_status::paid:
    return true;
  case session_status::missed:
  case session_status::update_denied:
  case session_status::cancelled:
  case session_status::voided:
    break;
  }
  return false;
}

totals totals_of(const session &s) {
  totals out;
  if (counts_minutes(s.status)) out.minutes = s.minutes;
  if (s.requested_at && s.completed_at)
    out.confirm_seconds = seconds_between(*s.requested_at, *s.completed_at);
  if (s.paid) out.pay = s.paid->amount;
  return out;
}

bool answers(const event_body &e, reminder_kind to) {
  return reminder_of(to).from == reminder_base::request
             ? std::holds_alternative<student_recap_submitted>(e)
             : std::holds_alternative<tutor_recap_submitted>(e);
}

}  // namespace recapd::workflows
