// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/marks.hpp"

#include <array>

namespace recapd::workflows {

bool is_over(session_status s) {
  switch (s) {
  case session_status::scheduled:
  case session_status::time_logged:
  case session_status::awaiting_student_recap:
  case session_status::completed:
  case session_status::disputed:
    return false;
  case session_status::paid:
  case session_status::missed:
  case session_status::update_denied:
  case session_status::cancelled:
  case session_status::voided:
    break;
  }
  return true;
}

std::string_view mark_name(std::size_t mark) {
  static constexpr std::array<std::string_view, mark_count - flag_count> others{
      "flagged", "asked", "overdue"};
  return mark < flag_count ? to_string(static_cast<session_flag>(mark))
                           : others.at(mark - flag_count);
}

mark_set marks_of(const session &s) {
  mark_set marks;
  const auto flags = flags_of(s);
  for (std::size_t i = 0; i < flag_count; ++i)
    marks[i] = flags.has(static_cast<session_flag>(i));
  const auto mark = [&](session_mark m, bool holds) {
    marks[number_of(m)] = holds;
  };
  mark(session_mark::flagged, flags.any() && !is_over(s.status));
  mark(session_mark::asked,
       s.status == session_status::missed && s.update_asked);
  mark(session_mark::overdue,
       waits_for_students(s.status)
           && s.reminders.over[reminder_kind::student_recap_overdue] > 0);
  return marks;
}

}  // namespace recapd::workflows
