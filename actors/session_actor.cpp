// SPDX-License-Identifier: Apache-2.0
#include "actors/session_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>

#include "actors/judging_rules.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

namespace {

/// How often a command is decided before its sender is told to try later.
constexpr int most_tries = 10;

/// Returns a hash of the command's identity. Where two commands share one, the
/// database is asked in vain for the second's outcome.
std::uint32_t identity_hash(const submission &s) {
  const std::hash<std::string> hash;
  return static_cast<std::uint32_t>((hash(s.source) * 31U + hash(s.id)) * 31U
                                    + hash(s.scope.value_or("")));
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
  return passivating_ && !queue_;
}

work *session_state::front_work() const {
  const auto *w = std::get_if<std::shared_ptr<work>>(&queue_->front());
  return w != nullptr ? w->get() : nullptr;
}

void session_state::run() {
  while (!job_ && queue_) {
    const auto *w = front_work();
    if (w == nullptr || !w->given_up) return start();
    std::get<std::shared_ptr<work>>(leave())->done(fault::unavailable);
  }
}

session_state::item session_state::leave() {
  auto front = std::move(queue_->front());
  queue_->pop_front();
  if (queue_->empty()) queue_.reset();
  return front;
}

/// Begins work on the item at the front.
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
  // A schedule is first decided as if the session did not exist; the journal
  // refuses it if it does. That spares a look at the database for every new
  // session.
  const bool fresh =
      w != nullptr && j.tries == 1 && session_.version == 0
      && std::holds_alternative<wf::schedule_session>(w->what.what);
  if (!loaded_ && !fresh) return load();
  j.facts.now = node_->time->now();
  if (w != nullptr) {
    j.what = w->what.what;
    j.facts.by = w->what.by;
    j.facts.received_at = w->what.received_at;
    j.facts.programs = &w->what.programs;
  } else {
    j.what = wf::fire_timers{};
    j.facts.by = wf::engine_itself;
    j.facts.received_at = j.facts.now;
    j.facts.programs = nullptr;
  }
  decide_front();
}

void session_state::decide_front() {
  auto &j = *job_;
  const auto &book = *node_->policies;
  const auto [version, rules] = judging_rules(
      book, session_, j.what,
      [&book](int known) -> const wf::policy & { return *book.find(known); });
  j.facts.policy_version = version;
  j.rules = &rules;
  j.facts.decided_by = j.rules;
  j.facts.used.clear();
  j.claims = wf::claims(session_, j.what, j.facts);
  if (j.claims.empty()) return conclude();
  // Amounts are reserved only for a command that nothing else would refuse.
  j.reserve = wf::decide(session_, j.what, j.facts).has_value();
  j.facts.used.assign(j.claims.size(), 0);
  ask(owner::tutor);
}

void session_state::conclude() {
  auto &j = *job_;
  auto d = wf::decide(session_, j.what, j.facts);
  if (!d.has_value()) return append_refusals(d.error());
  if ((*d).empty()) return nothing_due();
  if (const auto completed = wf::to_settle(session_, *d, *j.rules)) {
    j.completes = std::move(*d);
    return ask_for_settlement(*completed);
  }
  append_events(*d);
}

void session_state::finish(answer<outcome> a) {
  const auto front = leave();
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
  recent_[next_recent_++ % recent_.size()] = identity_hash(w.what);
}

session_ref::behavior_type
session_actor(session_ref::stateful_pointer<session_state> self,
              context_ptr node, shard_ref parent, const std::string &id,
              std::uint64_t generation) {
  self->state.begin(self, std::move(node), parent, id, generation);
  return {[self](take_work &m) { self->state.take(m); },
          [self](take_due &m) { self->state.take(m); },
          [self](const passivate &m) {
            self->state.passivate_when_done(m);
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
