// SPDX-License-Identifier: Apache-2.0
#include "actors/commit_builder.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

#include "workflows/json/session.hpp"
#include "workflows/json/writers.hpp"
#include "workflows/session/decide.hpp"

namespace recapd::actors {

namespace wf = workflows;
namespace json = boost::json;

namespace {}  // namespace

std::string
notifications_text(const std::vector<wf::notification> &notifications) {
  std::string list;
  for (const auto &n : notifications) {
    list += list.empty() ? "[" : ",";
    list += R"({"kind":)";
    wf::append_quoted(list, n.kind);
    list += R"(,"to":)";
    wf::append_quoted(list, n.to);
    list += R"(,"data":)";
    list += json::serialize(n.data);
    list += '}';
  }
  if (!list.empty()) list += ']';
  return list;
}

namespace {

storage::event_row row_of(const wf::event &e, const submission *from,
                          const std::vector<wf::notification> &notifications) {
  storage::event_row row{.seq = e.seq,
                         .type = std::string{wf::type_of(e.what)},
                         .at = e.at,
                         .by = wf::to_string(e.by),
                         .data = wf::to_text(e.what),
                         .notifications = notifications_text(notifications)};
  if (from == nullptr) return row;
  row.traceparent = from->traceparent;
  if (wf::by_engine(e.what)) return row;
  row.command_source = from->source;
  row.command_id = from->id;
  return row;
}

void add_students(const wf::event_body &what, std::vector<std::string> &to) {
  if (const auto *s = std::get_if<wf::session_scheduled>(&what))
    to = s->what.students;
  else if (const auto *i = std::get_if<wf::participant_invited>(&what))
    to.push_back(i->student);
}

storage::standing standing_at(const wf::session &s,
                              std::optional<wf::instant> fires_at) {
  return {.state = std::string{wf::to_string(s.status)},
          .next_timer = fires_at,
          .counts = wf::totals_of(s),
          .marks = wf::marks_of(s)};
}

/// Adds the reminder that an event is, or those that it answers, in a session
/// that was last reminded at `before`.
void add_reminders(const wf::event &e, std::optional<wf::instant> before,
                   storage::commit &to) {
  if (const auto *r = std::get_if<wf::reminder_sent>(&e.what))
    to.reminded.push_back({.seq = e.seq,
                           .kind = std::string{wf::to_string(r->kind)},
                           .at = e.at});
  if (!before || e.at - *before > wf::answer_time) return;
  for (const auto &r : wf::reminder_table)
    if (wf::answers(e.what, r.kind))
      to.answered.push_back({.kind = std::string{r.name}, .at = e.at});
}

storage::session_row row_for(const wf::session &s) {
  return {.tutor = s.tutor,
          .course = s.course,
          .program = s.program,
          .starts_at = s.starts_at,
          .currency = s.currency,
          .day = wf::local_day(s.starts_at, s.timezone)};
}

}  // namespace

built_commit build_commit(const known_session &before,
                          const std::vector<wf::event> &events,
                          const wf::rules &decided_by, const submission *from) {
  built_commit built{
      .what = {}, .after = before.state, .timer = {}, .released = {}};
  auto &c = built.what;
  c.session = before.state.id;
  if (from != nullptr) c.inbox_seq = from->inbox_seq;
  for (const auto &e : events) {
    add_reminders(e, built.after.reminded_at, c);
    auto effects = wf::happen(built.after, e);
    c.events.push_back(row_of(e, from, effects.notifications));
    add_students(e.what, c.new_students);
    for (auto &claim : effects.claims)
      c.usage.push_back({.key = std::move(claim.key),
                         .delta = claim.amount,
                         .cap = claim.cap});
    for (auto &part : effects.released) {
      built.released.push_back(part.key);
      c.usage.push_back(
          {.key = std::move(part.key), .delta = -part.amount, .cap = {}});
    }
    if (effects.payment) c.payment = std::move(effects.payment);
  }
  if (events.empty()) return built;
  c.program = built.after.program;
  built.timer = wf::next_timer(built.after, decided_by);
  c.after = standing_at(built.after, built.timer
                                         ? std::optional{built.timer->fires_at}
                                         : std::nullopt);
  if (before.state.exists())
    c.before = before.fires_at
                   ? standing_at(before.state, *before.fires_at)
                   : storage::standing{.state = {},
                                       .marks = wf::marks_of(before.state)};
  else
    c.row = row_for(built.after);
  return built;
}

storage::outcome_row outcome_row(const submission &s, const outcome &o,
                                 int version, const wf::refusal_basis &on) {
  const bool told_by_events =
      o.accepted && s.told_for == std::chrono::seconds{0};
  return {.source = s.source,
          .id = s.id,
          .content = s.content,
          .session = s.session,
          .version = version,
          .received_at = s.received_at,
          .outcome = told_by_events ? std::string{} : o.json,
          .scope = s.scope.value_or(""),
          .who = wf::to_string(s.by),
          .told_for = s.told_for,
          .command =
              o.accepted ? std::string{} : wf::to_replay_text(s.what, on)};
}

}  // namespace recapd::actors
