// SPDX-License-Identifier: Apache-2.0
#include "actors/session_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>

#include "actors/commit_builder.hpp"
#include "actors/outcome_json.hpp"
#include "workflows/planted.hpp"
#include "workflows/session_evolve.hpp"
#include "workflows/session_json.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

namespace {

/// How often a command is decided anew before its sender is told to try later.
constexpr int most_tries = 10;

const wf::person engine_itself{.as = wf::role::system, .id = "recapd"};

/// Two may have the same one: then the database is asked in vain.
std::uint32_t identity_hash(const submission &s) {
  return static_cast<std::uint32_t>(std::hash<std::string>{}(s.source) * 31U
                                    + std::hash<std::string>{}(s.id));
}

/// A reply that comes back to the actor as a message of type M.
template <class M, class T>
reply<T> back_to(const session_ref &self, std::uint64_t step,
                 fault if_lost = fault::unavailable) {
  return reply<T>{[self, step](answer<T> a) {
                    caf::anon_send(self, M{step, std::move(a)});
                  },
                  if_lost};
}

void end_if_done(session_ref::stateful_pointer<session_state> self) {
  if (self->state.ends()) self->quit();
}

}  // namespace

void session_state::begin(session_ref self, context_ptr node,
                          const shard_ref &parent, const std::string &id,
                          std::uint64_t generation) {
  self_ = std::move(self);
  node_ = std::move(node);
  session_.id = id;
  note_.address(parent, session_.id, generation);
}

void session_state::take(take_work &m) {
  line_up(std::move(m.item));
}

void session_state::take(take_due &m) {
  line_up(std::move(m.done));
}

void session_state::line_up(item one) {
  if (!queue_) queue_ = std::make_unique<std::list<item>>();
  queue_->push_back(std::move(one));
  run();
}

bool session_state::ends() const {
  return retiring_ && !queue_;
}

work *session_state::front_work() const {
  const auto *w = std::get_if<std::shared_ptr<work>>(&queue_->front());
  return w != nullptr ? w->get() : nullptr;
}

void session_state::run() {
  if (!job_ && queue_) start();
}

/// Begins on the item at the front.
void session_state::start() {
  job_ = std::make_unique<job>();
  auto *w = front_work();
  if (w != nullptr && seen(*w)) return look_for_outcome();
  again();
}

/// Decides the item at the front on the state as it is now.
void session_state::again() {
  auto &j = *job_;
  j.tickets.clear();
  j.claims.clear();
  if (j.tries++ >= most_tries) return finish(fault::unavailable);
  const auto *w = front_work();
  // A schedule is decided as if the session did not exist; the journal refuses
  // it if it does. That spares a look at the database for every new session.
  const bool fresh =
      w != nullptr && j.tries == 1 && session_.version == 0
      && std::holds_alternative<wf::schedule_session>(w->what.what);
  if (!loaded_ && !fresh) return load();
  j.facts.now = node_->time->now();
  if (w != nullptr) {
    j.what = w->what.what;
    j.facts.by = w->what.by;
    j.facts.received_at = w->what.received_at;
  } else {
    j.what = wf::fire_timers{};
    j.facts.by = engine_itself;
    j.facts.received_at = j.facts.now;
  }
  judge();
}

void session_state::judge() {
  auto &j = *job_;
  const auto &book = *node_->policies;
  const auto *schedule = std::get_if<wf::schedule_session>(&j.what);
  if (session_.exists()) {
    j.facts.policy_version = session_.policy_version;
    j.rules = &book.find(session_.policy_version)->for_course(session_.course);
  } else {
    j.facts.policy_version = book.current_version();
    j.rules = &book.current().for_course(
        schedule != nullptr ? std::string_view{schedule->course} : "");
  }
  j.facts.judged_by = j.rules;
  j.facts.used.clear();
  if (front_work() == nullptr
      && (!session_.exists()
          || session_.status == wf::session_status::completed))
    return session_.exists() ? ask_settlement_of() : nothing_due();

  j.claims = wf::claims(session_, j.what, j.facts);
  if (j.claims.empty()) return conclude();
  // Only a command with nothing else against it takes hold of anything.
  j.reserve = wf::decide(session_, j.what, j.facts).has_value();
  j.facts.used.assign(j.claims.size(), 0);
  ask(owner::tutor);
}

void session_state::ask_settlement_of() {
  caf::anon_send(node_->payout,
                 ask_settlement{.session = session_.id,
                                .tutor = session_.tutor,
                                .program = session_.program,
                                .minutes = session_.minutes.value_or(0),
                                .rate_per_hour = session_.rate_per_hour,
                                .currency = session_.currency,
                                .done = back_to<settlement_ready, wf::transfer>(
                                    self_, ++step_)});
}

std::vector<std::size_t> session_state::claims_of(owner whose) const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < job_->claims.size(); ++i)
    if (wf::owned_by_tutor(job_->claims[i].key.kind) == (whose == owner::tutor))
      places.push_back(i);
  return places;
}

/// Tutor first, then course: everybody takes them in this order, so nobody
/// waits in a circle.
void session_state::ask(owner whose) {
  auto &j = *job_;
  j.asked = whose;
  ask_limits m;
  for (auto i : claims_of(whose))
    m.claims.push_back(j.claims[i]);
  m.reserve = j.reserve;
  m.done = back_to<limits_answered, limit_answer>(self_, ++step_);
  caf::anon_send(node_->limits, std::move(m));
}

void session_state::limits(limits_answered &m) {
  if (!job_ || m.step != step_) return;
  if (!m.got.has_value()) return finish(m.got.error());
  auto &j = *job_;
  const auto places = claims_of(j.asked);
  for (std::size_t i = 0; i < places.size(); ++i)
    j.facts.used[places[i]] = (*m.got).used[i];
  if ((*m.got).held)
    j.tickets.push_back(std::move((*m.got).held));
  else if (std::exchange(j.reserve, false) && j.asked == owner::course) {
    // It will be refused: the tutor's figures, good enough for a grant, are
    // asked for anew, so that the answer names every limit that is passed.
    j.tickets.clear();
    return ask(owner::tutor);
  }
  if (j.asked == owner::tutor) return ask(owner::course);
  conclude();
}

void session_state::settlement(settlement_ready &m) {
  if (!job_ || m.step != step_) return;
  if (!m.payment.has_value()) return finish(m.payment.error());
  job_->what = wf::settle_session{.payment = std::move(*m.payment)};
  conclude();
}

void session_state::conclude() {
  auto &j = *job_;
  auto d = wf::decide(session_, j.what, j.facts);
  if (!d.has_value()) return append_refusals(d.error());
  if ((*d).empty()) return nothing_due();
  append_events(*d);
}

void session_state::append_events(const std::vector<wf::event> &events) {
  auto &j = *job_;
  auto *w = front_work();
  auto built = build_commit(session_, events, *j.rules,
                            w != nullptr ? &w->what : nullptr);
  j.after = std::move(built.after);
  j.released = std::move(built.released);
  j.moves = true;
  if (w != nullptr) {
    j.answer =
        make_outcome(w->what.source, w->what.id,
                     wf::to_view_text(j.after, *j.rules, j.facts.now), {});
    built.what.outcome = outcome_row(w->what, j.answer);
  }
  send_append(std::move(built.what));
}

void session_state::append_refusals(const std::vector<wf::refusal> &why) {
  auto &j = *job_;
  auto &w = *front_work();
  const bool shown =
      session_.exists() && why.front().code != wf::refusal_code::not_allowed;
  j.tickets.clear();
  j.moves = false;
  j.answer = make_outcome(
      w.what.source, w.what.id,
      shown ? wf::to_view_text(session_, *j.rules, j.facts.now) : "null", why);
  storage::commit c;
  c.session = session_.id;
  c.inbox_seq = w.what.inbox_seq;
  c.outcome = outcome_row(w.what, j.answer);
  if (!RECAPD_PLANTED("refuse-on-stale-copy"))
    c.base_version = session_.version;
  send_append(std::move(c));
}

void session_state::send_append(storage::commit what) {
  if (RECAPD_PLANTED("evolve-before-commit") && job_->moves)
    session_ = job_->after;
  if (RECAPD_PLANTED("answer-before-commit") && front_work() != nullptr)
    front_work()->done(job_->answer);
  write_down(
      std::move(what), std::move(job_->tickets),
      back_to<commit_done, done_t>(self_, ++step_, fault::outcome_unknown));
}

void session_state::write_down(storage::commit what,
                               std::vector<std::shared_ptr<ticket>> tickets,
                               reply<done_t> done) {
  // One at a time, so they stay in order whichever journal writes them.
  const auto journal = node_->loads->pick();
  caf::anon_send(
      node_->journals[journal],
      std::make_shared<append>(append{.what = std::move(what),
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
    if (w == nullptr) return again();  // until nothing more is due
    remember(*w);
    return finish(std::move(j.answer));
  }
  const auto why = m.fate.error();
  if (why == fault::unavailable) return finish(why);
  // Somebody else wrote, or may have: nothing known here counts any more.
  if (!RECAPD_PLANTED("keep-stale-copy")) loaded_ = false;
  j.ours = j.ours || why == fault::outcome_unknown;
  const bool look =
      why == fault::duplicate_command || why == fault::outcome_unknown;
  if (look && front_work() != nullptr) return look_for_outcome();
  if (RECAPD_PLANTED("pay-twice") && why == fault::outcome_unknown) {
    session_.version += j.after.status == wf::session_status::paid ? 1 : 0;
    loaded_ = true;
  }
  again();
}

/// The commit is durable: the state moves.
void session_state::moved() {
  auto &j = *job_;
  const bool existed = session_.exists();
  if (!existed || session_.status != j.after.status)
    node_->reports->session_moved(existed ? wf::to_string(session_.status) : "",
                                  wf::to_string(j.after.status));
  session_ = std::move(j.after);
  loaded_ = true;
  if (!j.released.empty())
    caf::anon_send(node_->limits,
                   usage_released{.keys = std::exchange(j.released, {})});
  arm_timer();
}

void session_state::arm_timer() {
  const auto timer = wf::next_timer(session_, *job_->rules);
  const auto at = timer ? std::optional{timer->fires_at} : std::nullopt;
  if (at == armed_) return;
  armed_ = at;
  caf::anon_send(node_->timers, arm{.session = session_.id, .at = at});
}

/// The timers thought something was due and it is not: tell them what is.
void session_state::nothing_due() {
  armed_.reset();
  if (session_.exists()) {
    const auto timer = wf::next_timer(session_, *job_->rules);
    armed_ = timer ? std::optional{timer->fires_at} : std::nullopt;
  }
  caf::anon_send(node_->timers, arm{.session = session_.id, .at = armed_});
  finish(outcome{});
}

void session_state::load() {
  caf::anon_send(
      node_->reader_of(session_.id),
      load_session{.id = session_.id,
                   .done = back_to<session_loaded, std::optional<wf::session>>(
                       self_, ++step_)});
}

void session_state::loaded(session_loaded &m) {
  if (!job_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(m.found.error());
  auto id = session_.id;
  session_ = *m.found ? std::move(**m.found) : wf::session{};
  session_.id = std::move(id);
  armed_.reset();
  loaded_ = true;
  --job_->tries;  // looking is not a try
  again();
}

void session_state::look_for_outcome() {
  const auto &w = *front_work();
  caf::anon_send(
      node_->reader_of(session_.id),
      find_outcome{
          .source = w.what.source,
          .id = w.what.id,
          .done = back_to<outcome_found, std::optional<storage::outcome_row>>(
              self_, ++step_)});
}

void session_state::found(outcome_found &m) {
  if (!job_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(fault::outcome_unknown);
  if (!*m.found && RECAPD_PLANTED("forget-unknown-commit")) return;
  if (!*m.found) return again();
  answer_stored(**m.found);
}

void session_state::answer_stored(const storage::outcome_row &row) {
  auto &w = *front_work();
  remember(w);
  auto answer = given_again(w.what, row, !job_->ours);
  if (row.content != w.what.content) return finish(std::move(answer));
  if (w.what.inbox_seq && !RECAPD_PLANTED("keep-inbox-row")) {
    // The inbox row is all that is left to do; its loss repeats this answer.
    storage::commit c;
    c.session = session_.id;
    c.inbox_seq = w.what.inbox_seq;
    write_down(std::move(c), {}, {});
  }
  // A commit that was written unseen may have left something due.
  if (job_->ours)
    caf::anon_send(node_->timers,
                   arm{.session = session_.id, .at = node_->time->now()});
  finish(std::move(answer));
}

void session_state::finish(answer<outcome> a) {
  auto front = std::move(queue_->front());
  queue_->pop_front();
  if (queue_->empty()) queue_.reset();
  job_.reset();
  if (auto *w = std::get_if<std::shared_ptr<work>>(&front))
    (*w)->done(std::move(a));
  else if (a.has_value())
    std::get<reply<done_t>>(front)(done_t{});
  else
    std::get<reply<done_t>>(front)(a.error());
  run();
}

bool session_state::seen(const work &w) const {
  return std::find(recent_.begin(), recent_.end(), identity_hash(w.what))
         != recent_.end();
}

void session_state::remember(const work &w) {
  recent_[recents_++ % recent_.size()] = identity_hash(w.what);
}

session_ref::behavior_type
session_actor(session_ref::stateful_pointer<session_state> self,
              context_ptr node, shard_ref parent, std::string id,
              std::uint64_t generation) {
  self->state.begin(self, std::move(node), parent, id, generation);
  return {[self](take_work &m) { self->state.take(m); },
          [self](take_due &m) { self->state.take(m); },
          [self](const retire &m) {
            self->state.retire_when_done(m);
            end_if_done(self);
          },
          [self](session_loaded &m) {
            self->state.loaded(m);
            end_if_done(self);
          },
          [self](limits_answered &m) {
            self->state.limits(m);
            end_if_done(self);
          },
          [self](const commit_done &m) {
            self->state.committed(m);
            end_if_done(self);
          },
          [self](outcome_found &m) {
            self->state.found(m);
            end_if_done(self);
          },
          [self](settlement_ready &m) {
            self->state.settlement(m);
            end_if_done(self);
          }};
}

}  // namespace recapd::actors
