// The session actor's commits: what it writes, and what it does after that.
// SPDX-License-Identifier: Apache-2.0
#include "actors/session_actor.hpp"

#include <caf/send.hpp>
#include <utility>

#include "actors/commit_builder.hpp"
#include "actors/outcome_json.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

void session_state::append_events(const std::vector<wf::event> &events) {
  auto &j = *job_;
  auto *w = front_work();
  known_session before{.state = session_, .fires_at = std::nullopt};
  if (armed_ != not_told) before.fires_at = due();
  auto built =
      build_commit(before, events, *j.rules, w != nullptr ? &w->what : nullptr);
  j.after = std::move(built.after);
  j.timer = std::move(built.timer);
  j.released = std::move(built.released);
  j.moves = true;
  j.helped.clear();
  for (const auto &a : built.what.answered)
    if (session_.reminders.over[*wf::parse_reminder_kind(a.kind)] > 0)
      j.helped.push_back(a.kind);
  if (w != nullptr) {
    j.answer = make_outcome(
        w->what.source, w->what.id,
        wf::to_view_text(j.after, j.timer, *j.rules, w->what.received_at,
                         viewer_of(w->what.scope.value_or(""))),
        {});
    built.what.outcome = outcome_row(w->what, j.answer, j.after.version);
  }
  send_append(std::move(built.what));
}

void session_state::append_refusals(const std::vector<wf::refusal> &why) {
  auto &j = *job_;
  auto &w = *front_work();
  j.tickets.clear();
  j.moves = false;
  j.answer = make_outcome(w.what.source, w.what.id, "null", why);
  storage::commit c;
  c.session = session_.id;
  c.inbox_seq = w.what.inbox_seq;
  c.outcome = outcome_row(w.what, j.answer, 0,
                          {.version = session_.version,
                           .policy_version = j.facts.policy_version,
                           .why = wf::in_figures(why)});
  c.base_version = session_.version;
  send_append(std::move(c));
}

void session_state::send_append(storage::commit what) {
  const auto *w = std::get_if<std::shared_ptr<work>>(&queue_->front());
  write_down(std::move(what), w != nullptr ? *w : nullptr,
             std::move(job_->tickets),
             back<commit_done, done_t>(fault::outcome_unknown));
}

void session_state::write_down(storage::commit what,
                               std::shared_ptr<const work> whose,
                               std::vector<std::shared_ptr<ticket>> tickets,
                               reply<done_t> done) {
  // A session's commits go one at a time, so they stay in order whichever
  // journal writes them.
  const auto journal = node_->loads->pick();
  caf::anon_send(
      node_->journals[journal],
      std::make_shared<append>(append{.what = std::move(what),
                                      .whose = std::move(whose),
                                      .tickets = std::move(tickets),
                                      .done = std::move(done),
                                      .place = {node_->loads, journal}}));
}

void session_state::committed(const commit_done &m) {
  if (!job_ || m.step != step_) return;
  auto &j = *job_;
  if (m.fate.has_value()) {
    if (j.moves) moved();
    j.tries = 0;
    auto *w = front_work();
    if (w == nullptr) return again();  // until nothing is due any more
    remember(*w);
    return finish(std::move(j.answer));
  }
  const auto why = m.fate.error();
  if (why == fault::unavailable) return finish(why);
  // Another writer wrote, or may have: the state in memory counts no more.
  loaded_ = false;
  j.ours = j.ours || why == fault::outcome_unknown;
  const bool look =
      why == fault::duplicate_command || why == fault::outcome_unknown;
  if (look && front_work() != nullptr) return look_for_outcome();
  again();
}

/// Moves the state, after the commit is durable.
void session_state::moved() {
  auto &j = *job_;
  const bool existed = session_.exists();
  if (!existed || session_.status != j.after.status)
    node_->reports->session_moved(existed ? wf::to_string(session_.status) : "",
                                  wf::to_string(j.after.status));
  for (const auto &kind : std::exchange(j.helped, {}))
    node_->reports->reminder_helped(kind);
  session_ = std::move(j.after);
  loaded_ = true;
  if (!j.released.empty())
    caf::anon_send(node_->limits,
                   usage_released{.keys = std::exchange(j.released, {})});
  const auto at = j.timer ? std::optional{j.timer->fires_at} : std::nullopt;
  if (at.value_or(never) != armed_) tell_timers(at);
}

std::optional<instant> session_state::due() const {
  if (armed_ == never || !session_.exists()) return std::nullopt;
  if (armed_ != not_told) return armed_;
  const auto timer = wf::next_timer(session_, *job_->rules);
  return timer ? std::optional{timer->fires_at} : std::nullopt;
}

void session_state::tell_timers(std::optional<instant> at) {
  armed_ = at.value_or(never);
  caf::anon_send(node_->timers, arm{.session = session_.id, .at = at});
}

/// Answers the timers where nothing is due, and tells them what is next.
void session_state::nothing_due() {
  tell_timers(due());
  finish(outcome{});
}

}  // namespace recapd::actors
