// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/decide.hpp"

#include <type_traits>
#include <utility>

#include "workflows/session/decision_draft.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

namespace {

template <class Command>
constexpr bool from_engine = std::is_same_v<Command, fire_timers>;

std::vector<event> numbered(const session &s, std::vector<event_body> bodies,
                            instant at, const person &by) {
  std::vector<event> events;
  events.reserve(bodies.size());
  int seq = s.version;
  for (auto &body : bodies)
    events.push_back({.seq = ++seq,
                      .at = at,
                      .by = by_engine(body) ? engine_itself : by,
                      .what = std::move(body)});
  return events;
}

/// Returns what a lifted session counts again, as it is after the command.
template <class Command>
std::vector<claim> claimed_again(const decision_draft &d, const Command &c) {
  if constexpr (std::is_same_v<Command, void_session>) return {};
  if constexpr (std::is_same_v<Command, correct_minutes>)
    if (const auto minutes = rounded_minutes(c.minutes, d.r); minutes)
      return d.lifted_claims(*minutes);
  auto claims = d.lifted_claims(d.s.minutes);
  if constexpr (std::is_same_v<Command, remove_participant>)
    std::erase_if(claims,
                  [&](const claim &of) { return of.key.item == c.student; });
  return claims;
}

/// Drafts what comes of a command from outside; whether the limits have room
/// for what a lift counts again is not checked here.
template <class Command> void draft(decision_draft &d, const Command &c) {
  const bool known =
      d.s.exists()
      && (d.f.programs == nullptr || d.f.programs->includes(d.s.program));
  if (!std::is_same_v<Command, schedule_session> && !known)
    return d.refuse(refusal_code::unknown_session,
                    "There is no session " + d.s.id
                        + "; schedule it with recapd.session.schedule.");
  handle(d, c);
}

template <class Command>
decision decide_from_outside(const session &s, const Command &c,
                             const facts &f) {
  decision_draft d{s, f};
  if (d.lapses()) d.lapse();
  if (d.lifts()) d.emit(miss_lifted{.claims = claimed_again(d, c)});
  draft(d, c);
  if (d.lifts() && !d.ended())
    d.object_to(std::get<miss_lifted>(d.events.front()).claims);
  if (d.refused()) return std::move(d.refusals);
  return numbered(s, std::move(d.events), f.received_at, f.by);
}

template <class Command>
decision decide_from_engine(const session &s, const Command &c,
                            const facts &f) {
  decision_draft d{s, f};
  if (s.exists()) handle(d, c);
  return numbered(s, std::move(d.events), f.now, f.by);
}

/// Returns the minutes that a command would log, as given, or nothing.
std::optional<std::int64_t> minutes_given(const command &c) {
  if (const auto *log = std::get_if<log_time>(&c)) return log->minutes;
  if (const auto *all = std::get_if<complete_session>(&c)) return all->minutes;
  return std::nullopt;
}

bool names_other_pay(const schedule_session &c, const rules &r) {
  return c.rate_per_hour.value_or(r.rate_per_hour) != r.rate_per_hour
         || c.currency.value_or(r.currency) != r.currency;
}

/// Returns what a command's lift would claim of a session that had logged time;
/// nothing if a refusal ends the command's check.
std::vector<claim> claims_of_lift(const decision_draft &d, const command &c) {
  return std::visit(
      [&](const auto &what) -> std::vector<claim> {
        if constexpr (from_engine<std::decay_t<decltype(what)>>) {
          return {};
        } else {
          decision_draft trial{d.s, d.f};
          draft(trial, what);
          return trial.ended() ? std::vector<claim>{} : claimed_again(d, what);
        }
      },
      c);
}

}  // namespace

std::vector<claim> claims(const session &state, const command &c,
                          const facts &f) {
  if (!state.exists() || f.decided_by == nullptr) return {};
  const decision_draft d{state, f};
  if (d.lifts() && state.minutes) return claims_of_lift(d, c);
  if (const auto *correct = std::get_if<correct_minutes>(&c))
    return d.by_support() ? claims_of_correction(d, *correct)
                          : std::vector<claim>{};
  const auto given = minutes_given(c);
  // A missed session asks, too: limits are named beside `window-closed`.
  const bool by_limits =
      given && d.by_tutor()
      && (d.in(session_status::scheduled) || d.in(session_status::missed));
  return by_limits ? d.claims_for(rounded_minutes(*given, *f.decided_by))
                   : std::vector<claim>{};
}

decision decide(const session &state, const command &c, const facts &f) {
  return std::visit(
      [&](const auto &what) -> decision {
        if constexpr (from_engine<std::decay_t<decltype(what)>>)
          return decide_from_engine(state, what, f);
        else
          return decide_from_outside(state, what, f);
      },
      c);
}

void handle(decision_draft &d, const schedule_session &c) {
  const bool that_tutor = d.f.by.as == role::tutor && d.f.by.id == c.tutor;
  if (!that_tutor && !d.by_system())
    return d.refuse_unless_allowed("system or the session's tutor");
  if (that_tutor && names_other_pay(c, d.r))
    return d.refuse(refusal_code::not_allowed,
                    "A tutor may name no rate_per_hour or currency but the "
                    "policy's; leave them out.");
  if (d.s.exists())
    return d.refuse(refusal_code::session_exists,
                    "The session " + d.s.id + " is there already.");
  session_scheduled e{.what = c,
                      .deadline = later(c.starts_at, d.r.log_window),
                      .policy_version = d.f.policy_version,
                      .names_rate = c.rate_per_hour.has_value(),
                      .names_currency = c.currency.has_value(),
                      .names_timezone = c.timezone.has_value()};
  if (!e.what.rate_per_hour) e.what.rate_per_hour = d.r.rate_per_hour;
  if (!e.what.currency) e.what.currency = d.r.currency;
  if (!e.what.timezone) e.what.timezone = d.r.timezone;
  d.emit(std::move(e));
}

}  // namespace recapd::workflows
