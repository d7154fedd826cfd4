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

const rules &policy::for_course(std::string_view course) const {
  const auto i = courses.find(course);
  return i == courses.end() ? base : i->second;
}

}  // namespace recapd::workflows
