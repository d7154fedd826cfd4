// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/eligibility.hpp"

#include <algorithm>

namespace recapd::workflows {

namespace {

/// Returns the most minutes, in whole steps, that pass none of these limits;
/// those of a pair are in sessions. A claim whose use is not known bounds none.
int most_minutes(const std::vector<claim> &claims, const facts &f) {
  std::int64_t most = f.decided_by->max_minutes;
  for (std::size_t i = 0; i < claims.size() && i < f.used.size(); ++i)
    if (claims[i].cap && claims[i].key.kind != limit_kind::pair_day)
      most = std::min(most, *claims[i].cap - f.used[i]);
  return static_cast<int>(most - most % f.decided_by->step_minutes);
}

}  // namespace

facts facts_of_tutor(const session &s, const rules &decided_by, instant now) {
  return {.by = {.as = role::tutor, .id = s.tutor},
          .received_at = now,
          .now = now,
          .decided_by = &decided_by,
          .policy_version = s.policy_version,
          .used = {}};
}

std::vector<claim> eligibility_claims(const session &s, const facts &f) {
  return claims(s, log_time{.minutes = f.decided_by->step_minutes}, f);
}

eligibility eligibility_of(const session &s, const facts &f, bool leave_call) {
  const log_time least{.minutes = f.decided_by->step_minutes,
                       .leave_call = leave_call};
  const auto decided = decide(s, least, f);
  if (!decided.has_value())
    return {.refusals = decided.error(), .max_minutes = 0};
  return {.refusals = {},
          .max_minutes = most_minutes(eligibility_claims(s, f), f)};
}

eligibility eligibility_of(const session &s, const facts &f, bool leave_call,
                           std::string_view student) {
  auto e = eligibility_of(s, f, leave_call);
  for (auto &r : e.refusals)
    if (r.limit && !r.limit->student.empty() && r.limit->student != student)
      r = of_another_student(r.code);
  if (!e.refusals.empty()) return e;
  auto claims = eligibility_claims(s, f);
  for (auto &c : claims)  // what another student has left is not shown
    if (!c.key.item.empty() && c.key.item != student) c.cap.reset();
  e.max_minutes = most_minutes(claims, f);
  return e;
}

}  // namespace recapd::workflows
