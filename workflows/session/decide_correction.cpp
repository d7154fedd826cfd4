// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/judgement.hpp"

namespace recapd::workflows {

namespace {

/// What each counter of minutes that the session holds would hold more; the
/// pair's counts sessions, which a correction leaves as they are.
template <class Usage, class Make>
std::vector<Usage> of_minutes(const session &s, Make make) {
  std::vector<Usage> out;
  for (const auto &h : s.held)
    if (h.key.kind != limit_kind::pair_day) out.push_back(make(h.key));
  return out;
}

/// The corrected minutes, rounded; says why not if they are none.
std::optional<int> check_corrected(judgement &j, std::int64_t given) {
  const auto minutes = check_minutes(j, given);
  if (minutes != j.s.minutes) return minutes;
  j.object(refusal_code::invalid_minutes,
           "The session has " + std::to_string(*minutes)
               + " minutes already; a correction needs others.");
  return std::nullopt;
}

}  // namespace

std::vector<claim> claims_of_correction(const judgement &j,
                                        const correct_minutes &c) {
  const auto minutes = rounded_minutes(c.minutes, j.r);
  const int more = minutes.value_or(0) - j.s.minutes.value_or(0);
  if (more <= 0) return {};
  return of_minutes<claim>(j.s, [&](const usage_key &key) {
    return claim{.key = key, .amount = more, .cap = cap_of(j.r, key.kind)};
  });
}

void handle(judgement &j, const correct_minutes &c) {
  if (!j.by_support()) return j.refuse_unless_allowed("support");
  if (!j.in(session_status::time_logged)
      && !j.in(session_status::awaiting_student_recap)
      && !j.in(session_status::completed) && !j.in(session_status::paid))
    return j.refuse_state(
        "time_logged, awaiting_student_recap, completed or paid");
  const auto minutes = check_corrected(j, c.minutes);
  if (!minutes) return;
  time_corrected e{.minutes = *minutes,
                   .was = j.s.minutes.value_or(0),
                   .given = c.minutes,
                   .note = c.note,
                   .claims = claims_of_correction(j, c),
                   .released = {},
                   .payment = correction(terms_of(j.s), *minutes, j.s.paid)};
  j.object_to(e.claims);
  if (j.refused()) return;
  if (const int less = e.was - e.minutes; less > 0)
    e.released = of_minutes<held_usage>(j.s, [&](const usage_key &key) {
      return held_usage{.key = key, .amount = less};
    });
  j.emit(std::move(e));
}

}  // namespace recapd::workflows
