// SPDX-License-Identifier: Apache-2.0
#include "workflows/policy.hpp"

namespace recapd::workflows {

reminder_rules rules::default_reminders() {
  using std::chrono::hours;
  using std::chrono::minutes;
  reminder_rules r;
  r.tutor_recap_due = minutes{90};
  r.tutor_recap_reminder = {hours{24}, hours{48}, hours{71}};
  r.student_recap_reminder = {hours{24}, hours{48}, hours{72}};
  r.tutor_remind_student = {hours{24}};
  r.student_recap_overdue = hours{168};
  return r;
}

const rules &policy::for_course(std::string_view course) const {
  const auto i = courses.find(course);
  return i == courses.end() ? base : i->second;
}

}  // namespace recapd::workflows
