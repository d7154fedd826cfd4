// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/decision_draft.hpp"

#include <algorithm>

#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

namespace {

/// The most changes of a session, joins and leaves aside, which have a bound of
/// their own.
constexpr int most_changes = 10'000;

}  // namespace

decision_draft::decision_draft(const session &state, const facts &known)
    : s{state}, f{known}, r{*known.decided_by}, status{state.status} {
  if (!s.exists()) return;
  const bool in_time = f.received_at <= s.deadline;
  lifts_ = in_time
           && (status == session_status::missed
               || status == session_status::update_denied);
  lapses_ = waits_for_tutor(status) && !in_time;
  if (lifts_)
    status =
        s.minutes ? session_status::time_logged : session_status::scheduled;
  if (lapses_) status = session_status::missed;
}

void decision_draft::refuse(refusal_code code, std::string detail) {
  refusals = {{.code = code, .detail = std::move(detail)}};
  ended_ = true;
}

void decision_draft::refuse_state(std::string_view needed) {
  std::string detail = "The session is ";
  detail += to_string(status);
  detail += "; this needs ";
  detail += needed;
  detail += '.';
  refuse(refusal_code::wrong_state, std::move(detail));
}

void decision_draft::refuse_if_full() {
  if (s.version - s.call_changes < most_changes) return;
  refuse(refusal_code::wrong_state, "The session has changed "
                                        + std::to_string(most_changes)
                                        + " times, and takes no more of this.");
}

void decision_draft::refuse_unless_allowed(std::string_view who) {
  std::string detail = to_string(f.by) + " may not do this; ";
  detail += who;
  detail += " may.";
  refuse(refusal_code::not_allowed, std::move(detail));
}

void decision_draft::object(refusal_code code, std::string detail) {
  refusals.push_back({.code = code, .detail = std::move(detail)});
}

void decision_draft::object_to(const std::vector<claim> &claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto used = i < f.used.size() ? f.used[i] : 0;
    if (passes_limit(claims[i], used))
      refusals.push_back(limit_refusal(claims[i], used));
  }
}

void decision_draft::lapse() {
  for (const auto &due : due_reminders(s, r, s.deadline))
    if (due.last == s.deadline)
      emit(reminder_sent{.kind = due.kind, .count = due.over});
  emit(session_missed{});
}

std::vector<claim>
decision_draft::claims_for(std::optional<int> minutes) const {
  std::vector<std::string> going;
  going.reserve(s.participants.size());
  for (const auto &p : s.participants)
    if (p.status == participation::going) going.push_back(p.student);
  auto claims = claims_of(r, s.tutor, s.course, going, s.starts_at, s.timezone,
                          minutes.value_or(0));
  if (!minutes)
    std::erase_if(claims, [](const claim &c) {
      return c.key.kind != limit_kind::pair_day;
    });
  return claims;
}

std::vector<claim>
decision_draft::lifted_claims(std::optional<int> minutes) const {
  if (!lifts_ || !s.minutes || !minutes) return {};
  return claims_for(*minutes);
}

std::vector<refused_for> in_figures(const std::vector<refusal> &why) {
  std::vector<refused_for> out;
  for (const auto &r : why)
    out.push_back(
        {.code = r.code,
         .used = r.limit ? std::optional{r.limit->used} : std::nullopt,
         .student = r.limit ? r.limit->student : std::string{}});
  return out;
}

bool recaps_are_in(const session &s, std::string_view apart_from) {
  return std::none_of(s.participants.begin(), s.participants.end(),
                      [&](const participant &p) {
                        return p.status == participation::going && !p.written
                               && p.student != apart_from;
                      });
}

}  // namespace recapd::workflows
