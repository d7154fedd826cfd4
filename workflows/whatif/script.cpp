// SPDX-License-Identifier: Apache-2.0
#include "workflows/whatif/script.hpp"

#include <algorithm>
#include <map>

#include "workflows/session/decide.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace {

using sent = std::optional<command>;

// `sent_as` returns the command that brought an event; nothing where the event
// follows from others.
sent sent_as(const session_scheduled &e) {
  auto c = e.what;
  if (!e.names_rate) c.rate_per_hour.reset();
  if (!e.names_currency) c.currency.reset();
  if (!e.names_timezone) c.timezone.reset();
  return c;
}
sent sent_as(const participant_invited &e) {
  return invite_participant{e.student};
}
sent sent_as(const invitation_accepted &e) {
  return accept_invitation{e.student};
}
sent sent_as(const invitation_declined &e) {
  return decline_invitation{e.student};
}
sent sent_as(const participant_removed &e) {
  return remove_participant{e.student};
}
sent sent_as(const call_joined &e) {
  return join_call{e.participant};
}
sent sent_as(const call_left &e) {
  return leave_call{e.participant};
}
sent sent_as(const time_logged &e) {
  return log_time{.minutes = e.given, .leave_call = e.leave_call};
}
sent sent_as(const time_corrected &e) {
  return correct_minutes{.minutes = e.given, .note = {}};
}
sent sent_as(const tutor_recap_submitted &) {
  return submit_recap{};
}
sent sent_as(const student_recap_submitted &) {
  return submit_recap{};
}
sent sent_as(const session_cancelled &) {
  return cancel_session{};
}
sent sent_as(const session_disputed &) {
  return dispute_session{};
}
sent sent_as(const session_upheld &) {
  return uphold_session{};
}
sent sent_as(const support_requested &) {
  return request_support{};
}
sent sent_as(const session_reopened &e) {
  return reopen_session{.hours = e.hours, .note = {}};
}
sent sent_as(const update_denied &) {
  return deny_update{};
}
sent sent_as(const session_voided &) {
  return void_session{};
}
sent sent_as(const session_completed &) {
  return std::nullopt;
}
sent sent_as(const session_paid &) {
  return std::nullopt;
}
sent sent_as(const session_missed &) {
  return std::nullopt;
}
sent sent_as(const miss_lifted &) {
  return std::nullopt;
}
sent sent_as(const reminder_sent &) {
  return std::nullopt;
}
sent sent_as(const person_erased &) {
  return std::nullopt;
}

/// Puts the command that brought these events into the cue.
void read_command(cue &c, const std::vector<event> &events) {
  bool found = false;
  for (const auto &e : events) {
    auto what =
        std::visit([](const auto &one) { return sent_as(one); }, e.what);
    const auto *tutors = std::get_if<tutor_recap_submitted>(&e.what);
    const auto *students = std::get_if<student_recap_submitted>(&e.what);
    if (tutors != nullptr) c.figures = tutors->figures;
    if (students != nullptr) c.figures = students->figures;
    if (const auto *log = std::get_if<log_time>(&c.what);
        found && log != nullptr && tutors != nullptr)
      c.what = complete_session{.minutes = log->minutes,
                                .written = {},
                                .leave_call = log->leave_call};
    if (found || !what) continue;
    c.what = *std::move(what);
    found = true;
  }
}

/// Notes that each of these claims passed its limit.
void note_passed(cue &c, const std::vector<claim> &claims) {
  for (const auto &one : claims)
    if (one.cap)
      c.known.push_back({.key = one.key, .used = *one.cap - one.amount});
}

/// Notes what the events of a command that was taken tell of counters.
void note_hours(cue &c, const std::vector<event> &events) {
  for (const auto &e : events)
    if (const auto *log = std::get_if<time_logged>(&e.what))
      note_passed(c, log->claims);
    else if (const auto *more = std::get_if<time_corrected>(&e.what))
      note_passed(c, more->claims);
    else if (const auto *lift = std::get_if<miss_lifted>(&e.what))
      note_passed(c, lift->claims);
}

/// Returns the refusal of a claim among these; null where it passed.
const refused_for *refusal_of_claim(const std::vector<refused_for> &why,
                                    const claim &one) {
  const auto at = std::ranges::find_if(why, [&](const refused_for &r) {
    return r.used && r.code == code_of(one.key.kind)
           && r.student == one.key.item;
  });
  return at == why.end() ? nullptr : &*at;
}

/// Notes what a refused command's answer tells of the counters that it would
/// have claimed.
void note_hours(cue &c, const session &s, const replay_command &of,
                const rules &decided_by) {
  const facts f{.by = c.by,
                .received_at = c.at,
                .now = c.at,
                .decided_by = &decided_by,
                .policy_version = s.policy_version,
                .used = {},
                .figures = &c.figures};
  for (const auto &one : claims(s, c.what, f))
    if (const auto *r = refusal_of_claim(of.on.why, one))
      c.known.push_back({.key = one.key, .used = *r->used, .exactly = true});
    else
      note_passed(c, {one});
}

void read_refused(cue &c, ending &was, const replay_command &of,
                  const rulebook &were) {
  c.what = of.what;
  c.figures = of.figures;
  c.policy_version = of.on.policy_version;
  for (const auto &r : of.on.why) {
    c.codes.push_back(r.code);
    ++was.refused.at(std::size_t(r.code));
  }
  const auto &s = was.state;
  if (!s.exists()) return;
  c.outside = of.on.why.front().code == refusal_code::unknown_session;
  note_hours(c, s, of, were(s.policy_version, s.program, s.course));
}

/// Returns the counters' changes from one usage to another.
std::vector<counted_usage> changes(const std::vector<counted_usage> &from,
                                   const std::vector<counted_usage> &to) {
  if (from == to) return {};
  std::map<usage_key, int> by_key;
  for (const auto &u : to)
    by_key[u.key] += u.amount;
  for (const auto &u : from)
    by_key[u.key] -= u.amount;
  std::vector<counted_usage> out;
  for (const auto &[key, amount] : by_key)
    if (amount != 0) out.push_back({.key = key, .amount = amount});
  return out;
}

/// Returns true for an erasure, which is no look of the engine's and waited for
/// by no session.
bool erases(const record_entry &entry) {
  return !entry.events.empty()
         && std::holds_alternative<person_erased>(entry.events.front().what);
}

void drop_texts(event_body &what) {
  if (auto *t = std::get_if<tutor_recap_submitted>(&what)) t->written = {};
  if (auto *s = std::get_if<student_recap_submitted>(&what)) s->written = {};
}

}  // namespace

std::vector<counted_usage> move_on(ending &at, event e) {
  drop_texts(e.what);
  if (const auto *r = std::get_if<reminder_sent>(&e.what))
    ++at.reminders[r->kind];
  const auto before = at.state.usage;
  at.state = evolve(std::move(at.state), e);
  return changes(before, at.state.usage);
}

std::optional<event> settlement_after(const session &state,
                                      const std::vector<event> &decided,
                                      const rules &decided_by) {
  const auto completed = to_settle(state, decided, decided_by);
  if (!completed) return std::nullopt;
  return settled(decided.back(), settlement(terms_of(*completed),
                                            completed->minutes.value_or(0)));
}

script make_script(session_record of, const rulebook &were) {
  script out{.id = of.id, .cues = {}, .was = {}};
  auto &s = out.was.state;
  s.id = of.id;
  instant moment{};
  for (auto &entry : of.entries) {
    cue c{.at = entry.at,
          .moment = erases(entry) ? moment : std::max(moment, entry.at),
          .by = std::move(entry.by),
          .what = fire_timers{},
          .erases = erases(entry)};
    moment = c.moment;
    if (entry.refused) read_refused(c, out.was, *entry.refused, were);
    if (entry.by_command && !entry.refused) {
      read_command(c, entry.events);
      note_hours(c, entry.events);
    }
    for (auto &e : entry.events)
      for (auto &u : move_on(out.was, std::move(e)))
        c.counted.push_back(std::move(u));
    if (!entry.refused) c.policy_version = s.policy_version;
    if (s.exists())
      if (const auto timer =
              next_timer(s, were(s.policy_version, s.program, s.course)))
        c.next_look = timer->fires_at;
    out.cues.push_back(std::move(c));
  }
  return out;
}

std::optional<whereabouts> whereabouts_of(const session_record &of,
                                          const rulebook &judged) {
  for (const auto &entry : of.entries)
    for (const auto &e : entry.events)
      if (const auto *s = std::get_if<session_scheduled>(&e.what)) {
        const auto &r =
            judged(s->policy_version, s->what.program, s->what.course);
        return whereabouts{.starts_at = s->what.starts_at,
                           .timezone = s->names_timezone
                                           ? s->what.timezone.value_or("")
                                           : r.timezone,
                           .program = s->what.program};
      }
  return std::nullopt;
}

}  // namespace recapd::workflows
