// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/decide.hpp"

#include <type_traits>
#include <utility>

#include "workflows/session/judgement.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

namespace {

template <class Command>
constexpr bool from_engine =
    std::is_same_v<Command,
                   fire_timers> || std::is_same_v<Command, settle_session>;

std::vector<event> numbered(const session &s, std::vector<event_body> bodies,
                            instant at, const person &by) {
  std::vector<event> events;
  events.reserve(bodies.size());
  int seq = s.version;
  for (auto &body : bodies)
    events.push_back({.seq = ++seq,
                      .at = at,
                      .by = by_clock(body) ? engine_itself : by,
                      .what = std::move(body)});
  return events;
}

/// What a lift holds again, as far as the command leaves it.
template <class Command>
std::vector<claim> held_again(const judgement &j, const Command &c) {
  if constexpr (std::is_same_v<Command, void_session>) return {};
  if constexpr (std::is_same_v<Command, correct_minutes>)
    if (const auto minutes = rounded_minutes(c.minutes, j.r); minutes)
      return j.lifted_claims(*minutes);
  auto claims = j.lifted_claims(j.s.minutes);
  if constexpr (std::is_same_v<Command, remove_participant>)
    std::erase_if(claims,
                  [&](const claim &of) { return of.key.item == c.student; });
  return claims;
}

/// A command from outside, up to its own events; the limits not yet asked for
/// what a lift holds again.
template <class Command> void judge(judgement &j, const Command &c) {
  const bool known =
      j.s.exists()
      && (j.f.programs == nullptr || j.f.programs->includes(j.s.program));
  if (!std::is_same_v<Command, schedule_session> && !known)
    return j.refuse(refusal_code::unknown_session,
                    "There is no session " + j.s.id
                        + "; schedule it with recapd.session.schedule.");
  handle(j, c);
}

template <class Command>
decision decide_from_outside(const session &s, const Command &c,
                             const facts &f) {
  judgement j{s, f};
  if (j.lapses()) j.lapse();
  if (j.lifts()) j.emit(miss_lifted{.claims = held_again(j, c)});
  judge(j, c);
  if (j.lifts() && !j.ended())
    j.object_to(std::get<miss_lifted>(j.happened.front()).claims);
  if (j.refused()) return std::move(j.refusals);
  return numbered(s, std::move(j.happened), f.received_at, f.by);
}

template <class Command>
decision decide_from_engine(const session &s, const Command &c,
                            const facts &f) {
  judgement j{s, f};
  if (s.exists()) handle(j, c);
  return numbered(s, std::move(j.happened), f.now, f.by);
}

/// The minutes a command would log, as they are given.
std::optional<std::int64_t> minutes_given(const command &c) {
  if (const auto *log = std::get_if<log_time>(&c)) return log->minutes;
  if (const auto *all = std::get_if<complete_session>(&c)) return all->minutes;
  return std::nullopt;
}

bool names_other_pay(const schedule_session &c, const rules &r) {
  return c.rate_per_hour.value_or(r.rate_per_hour) != r.rate_per_hour
         || c.currency.value_or(r.currency) != r.currency;
}

/// Of a session that had logged time: none if the command ends at once.
std::vector<claim> claims_of_lift(const judgement &j, const command &c) {
  return std::visit(
      [&](const auto &what) -> std::vector<claim> {
        if constexpr (from_engine<std::decay_t<decltype(what)>>) {
          return {};
        } else {
          judgement trial{j.s, j.f};
          judge(trial, what);
          return trial.ended() ? std::vector<claim>{} : held_again(j, what);
        }
      },
      c);
}

}  // namespace

std::vector<claim> claims(const session &state, const command &c,
                          const facts &f) {
  if (!state.exists() || f.judged_by == nullptr) return {};
  const judgement j{state, f};
  if (j.lifts() && state.minutes) return claims_of_lift(j, c);
  if (const auto *correct = std::get_if<correct_minutes>(&c))
    return j.by_support() ? claims_of_correction(j, *correct)
                          : std::vector<claim>{};
  const auto given = minutes_given(c);
  // Missed counts: `window-closed` is answered along with the limits.
  const bool judged =
      given && j.by_tutor()
      && (j.in(session_status::scheduled) || j.in(session_status::missed));
  return judged ? j.claims_for(rounded_minutes(*given, *f.judged_by))
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

void handle(judgement &j, const schedule_session &c) {
  const bool that_tutor = j.f.by.as == role::tutor && j.f.by.id == c.tutor;
  if (!that_tutor && !j.by_system())
    return j.refuse_unless_allowed("system or the session's tutor");
  if (that_tutor && names_other_pay(c, j.r))
    return j.refuse(refusal_code::not_allowed,
                    "A tutor may name no rate_per_hour or currency but the "
                    "policy's, "
                        + std::to_string(j.r.rate_per_hour) + " and "
                        + j.r.currency + "; leave them out.");
  if (j.s.exists())
    return j.refuse(refusal_code::session_exists,
                    "The session " + j.s.id + " is there already.");
  session_scheduled e{.what = c,
                      .deadline = later(c.starts_at, j.r.log_window),
                      .policy_version = j.f.policy_version};
  if (!e.what.rate_per_hour) e.what.rate_per_hour = j.r.rate_per_hour;
  if (!e.what.currency) e.what.currency = j.r.currency;
  if (!e.what.timezone) e.what.timezone = j.r.timezone;
  j.emit(std::move(e));
}

}  // namespace recapd::workflows
