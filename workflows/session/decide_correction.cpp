// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/decision_draft.hpp"

namespace recapd::workflows {

namespace {

/// Makes a change for each counter of minutes that the session counts in. The
/// pair's counters have sessions, which a correction leaves as they are.
template <class Usage, class Make>
std::vector<Usage> of_minutes(const session &s, Make make) {
  std::vector<Usage> out;
  for (const auto &h : s.usage)
    if (h.key.kind != limit_kind::pair_day) out.push_back(make(h.key));
  return out;
}

/// Returns the corrected minutes, rounded; objects and returns nothing where
/// they are out of range or the session has them already.
std::optional<int> check_corrected(decision_draft &d, std::int64_t given) {
  const auto minutes = check_minutes(d, given);
  if (minutes != d.s.minutes) return minutes;
  d.object(refusal_code::invalid_minutes,
           "The session has " + std::to_string(*minutes)
               + " minutes already; a correction needs others.");
  return std::nullopt;
}

}  // namespace

std::vector<claim> claims_of_correction(const decision_draft &d,
                                        const correct_minutes &c) {
  const auto minutes = rounded_minutes(c.minutes, d.r);
  const int more = minutes.value_or(0) - d.s.minutes.value_or(0);
  if (more <= 0) return {};
  return of_minutes<claim>(d.s, [&](const usage_key &key) {
    return claim{.key = key, .amount = more, .cap = cap_of(d.r, key.kind)};
  });
}

void handle(decision_draft &d, const correct_minutes &c) {
  if (!d.by_support()) return d.refuse_unless_allowed("support");
  if (!d.in(session_status::time_logged)
      && !d.in(session_status::awaiting_student_recap)
      && !d.in(session_status::completed) && !d.in(session_status::disputed)
      && !d.in(session_status::paid))
    return d.refuse_state(
        "time_logged, awaiting_student_recap, completed, disputed or paid");
  const auto minutes = check_corrected(d, c.minutes);
  if (!minutes) return;
  time_corrected e{.minutes = *minutes,
                   .was = d.s.minutes.value_or(0),
                   .given = c.minutes,
                   .note = c.note,
                   .claims = claims_of_correction(d, c),
                   .released = {},
                   .payment = correction(terms_of(d.s), *minutes, d.s.paid)};
  d.object_to(e.claims);
  if (d.refused()) return;
  if (const int less = e.was - e.minutes; less > 0)
    e.released = of_minutes<counted_usage>(d.s, [&](const usage_key &key) {
      return counted_usage{.key = key, .amount = less};
    });
  d.emit(std::move(e));
  complete_what_was_disputed(d);
}

}  // namespace recapd::workflows
