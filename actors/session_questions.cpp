// The session actor's questions to other actors, and their answers.
// SPDX-License-Identifier: Apache-2.0
#include "actors/session_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>

#include "actors/outcome_json.hpp"
#include "workflows/json/session.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

/// Asks what a session earns that the decision on the front item completes.
void session_state::ask_for_settlement(const wf::session &completed) {
  caf::anon_send(
      node_->payout,
      ask_settlement{.by = wf::terms_of(completed),
                     .minutes = completed.minutes.value_or(0),
                     .done = back<settlement_ready, wf::transfer>()});
}

void session_state::settlement(settlement_ready &m) {
  if (!job_ || m.step != step_) return;
  if (!m.payment.has_value()) return finish(m.payment.error());
  auto &events = job_->completes;
  events.push_back(wf::settled(events.back(), std::move(*m.payment)));
  append_events(events);
}

std::vector<std::size_t> session_state::claims_of(owner whose) const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < job_->claims.size(); ++i)
    if (wf::owned_by_tutor(job_->claims[i].key.kind) == (whose == owner::tutor))
      indices.push_back(i);
  return indices;
}

/// Asks the limit actors, first the tutor's, then the course's. All sessions
/// ask in this order, so none wait in a circle.
void session_state::ask(owner whose) {
  auto &j = *job_;
  j.asked = whose;
  const auto indices = claims_of(whose);
  // Minutes out of range leave the pair's day as the only claim, which is on a
  // counter of the tutor's.
  if (indices.empty())
    return whose == owner::tutor ? ask(owner::course) : conclude();
  ask_limits m;
  for (auto i : indices)
    m.claims.push_back(j.claims[i]);
  m.reserve = j.reserve;
  m.done = back<limits_answered, limit_answer>();
  caf::anon_send(node_->limits, std::move(m));
}

void session_state::limits(limits_answered &m) {
  if (!job_ || m.step != step_) return;
  if (!m.got.has_value()) return finish(m.got.error());
  auto &j = *job_;
  const auto indices = claims_of(j.asked);
  for (std::size_t i = 0; i < indices.size(); ++i)
    j.facts.used[indices[i]] = (*m.got).used[i];
  if ((*m.got).ticket)
    j.tickets.push_back(std::move((*m.got).ticket));
  else if (std::exchange(j.reserve, false) && j.asked == owner::course) {
    // The command will be refused. The tutor's figures were good enough for a
    // grant only; they are asked for anew, so that every passed limit is named.
    j.tickets.clear();
    return ask(owner::tutor);
  }
  if (j.asked == owner::tutor) return ask(owner::course);
  conclude();
}

void session_state::load() {
  caf::anon_send(
      node_->reader_of(session_.id),
      load_session{.id = session_.id,
                   .done = back<session_loaded, std::optional<wf::session>>()});
}

void session_state::loaded(session_loaded &m) {
  if (!job_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(m.found.error());
  auto id = session_.id;
  session_ = *m.found ? std::move(**m.found) : wf::session{};
  session_.id = std::move(id);
  armed_ = not_told;
  loaded_ = true;
  --job_->tries;  // loading is not a try
  again();
}

void session_state::look_for_outcome() {
  const auto &w = *front_work();
  caf::anon_send(
      node_->lookup,
      find_outcome{
          .key = w.what.key(),
          .done = back<outcome_found, std::optional<storage::outcome_row>>()});
}

void session_state::found(outcome_found &m) {
  if (!job_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(fault::outcome_unknown);
  if (!*m.found) return again();
  answer_stored(**m.found);
}

void session_state::answer_stored(const storage::outcome_row &row) {
  auto &w = *front_work();
  remember(w);
  auto answer = given_again(w.what, row, !job_->ours);
  if (row.content != w.what.content) return finish(std::move(answer));
  if (w.what.inbox_seq) {
    // Only the inbox row is left to delete; if the commit is lost, the row
    // comes again and gets this answer.
    storage::commit c;
    c.session = session_.id;
    c.inbox_seq = w.what.inbox_seq;
    if (w.what.told_for > std::chrono::seconds{0}
        && row.told_for == std::chrono::seconds{0}) {
      c.asked_again = row;
      c.asked_again->told_for = w.what.told_for;
    }
    write_down(std::move(c), {}, {}, {});
  }
  // A commit that was written without an answer may have left something due.
  if (job_->ours)
    caf::anon_send(node_->timers,
                   arm{.session = session_.id, .at = node_->time->now()});
  finish(std::move(answer));
}

}  // namespace recapd::actors
