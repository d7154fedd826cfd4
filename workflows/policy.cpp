// SPDX-License-Identifier: Apache-2.0
#include "workflows/policy.hpp"

namespace recapd::workflows {

reminder_rules rules::default_reminders() {
  reminder_rules all;
  for (const auto &kind : reminder_table)
    for (const auto after : kind.by_default)
      if (after.count() != 0) all[kind.kind].emplace_back(after);
  return all;
}

const rules &policy::rules_for(std::string_view program,
                               std::string_view course) const {
  const auto own = programs.find(program);
  const auto &by_course = own == programs.end() ? courses : own->second.courses;
  if (const auto i = by_course.find(course); i != by_course.end())
    return i->second.all;
  return own == programs.end() ? base : own->second.base.all;
}

}  // namespace recapd::workflows
