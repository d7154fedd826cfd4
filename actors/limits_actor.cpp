// SPDX-License-Identifier: Apache-2.0
#include "actors/limits_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace recapd::actors {

namespace wf = workflows;

namespace {
/// How many counters an owner has in memory before all are dropped: a few weeks
/// of a busy course's students.
constexpr std::size_t most_counters = 2000;

std::string owner_of(const wf::usage_key &key) {
  return (wf::owned_by_tutor(key.kind) ? "t:" : "c:") + key.owner;
}
}  // namespace

void limits_state::begin(limits_ref self, context_ptr node,
                         const limits_directory_ref &parent,
                         const std::string &owner, std::uint64_t generation) {
  self_ = std::move(self);
  node_ = std::move(node);
  owner_ = owner;
  note_.address(parent, owner_, generation);
}

bool limits_state::ends() const {
  return passivating_ && waiting_.empty() && outstanding_ == 0;
}

void limits_state::ask(ask_limits &m) {
  waiting_.push_back(std::move(m));
  if (waiting_.size() == 1) run();
}

/// Answers from the front of the queue, as long as no counter must be read.
void limits_state::run() {
  while (!waiting_.empty() && loading_.empty()) {
    const auto &front = waiting_.front();
    if (load_unknown(front)) return;
    // A grant is checked by its commit; no other answer is checked again.
    if ((front.reserve || verified_) && fits(front)) {
      answer_front(front.reserve);
      continue;
    }
    if (verified_) {
      answer_front(false);
      continue;
    }
    if (outstanding_ > 0) return;  // the end of a grant runs this again
    std::vector<wf::usage_key> keys;
    for (const auto &c : front.claims)
      keys.push_back(c.key);
    verified_ = true;
    load(std::move(keys));
  }
}

/// Returns true if counters are unknown: reads them, now or after their grants.
bool limits_state::load_unknown(const ask_limits &m) {
  std::vector<wf::usage_key> keys;
  for (const auto &c : m.claims)
    if (!counters_[c.key].known) keys.push_back(c.key);
  if (keys.empty()) return false;
  // What is read while a grant is under way may or may not include it.
  const bool busy = std::any_of(keys.begin(), keys.end(), [&](const auto &k) {
    return counters_[k].grants > 0;
  });
  if (!busy) load(std::move(keys));
  return true;
}

void limits_state::load(std::vector<wf::usage_key> keys) {
  loading_ = keys;
  caf::anon_send(
      node_->readers.front(),
      load_usage{.keys = std::move(keys),
                 .done = reply<std::vector<std::int64_t>>{
                     [self = self_, step = ++step_](auto a) {
                       caf::anon_send(self, usage_loaded{step, std::move(a)});
                     }}});
}

void limits_state::loaded(usage_loaded &m) {
  if (m.step != step_ || loading_.empty()) return;
  const auto keys = std::exchange(loading_, {});
  if (!m.used.has_value()) {
    // All who wait are told; the next question reads again.
    verified_ = false;
    for (auto &a : std::exchange(waiting_, {}))
      a.done(m.used.error());
    return;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto &c = counters_[keys[i]];
    c.used = (*m.used)[i];
    c.known = true;
  }
  run();
}

bool limits_state::fits(const ask_limits &m) const {
  return std::none_of(m.claims.begin(), m.claims.end(), [&](const auto &c) {
    const auto &now = counters_.at(c.key);
    return wf::passes_limit(c, now.used + now.outstanding);
  });
}

void limits_state::answer_front(bool grant) {
  auto m = std::move(waiting_.front());
  waiting_.pop_front();
  verified_ = false;
  limit_answer a;
  for (const auto &c : m.claims) {
    auto &k = counters_[c.key];
    a.used.push_back(k.used + k.outstanding);
    if (grant) {
      k.outstanding += c.amount;
      ++k.grants;
    }
  }
  if (grant) {
    ++outstanding_;
    a.ticket = std::make_shared<ticket>(
        [self = self_, claims = std::move(m.claims)](grant_fate fate) {
          caf::anon_send(self, grant_ended{.claims = claims, .fate = fate});
        });
  }
  m.done(std::move(a));
  forget_old_counters();
}

void limits_state::ended(const grant_ended &m) {
  --outstanding_;
  for (const auto &c : m.claims) {
    auto &k = counters_[c.key];
    k.outstanding -= c.amount;
    --k.grants;
    if (m.fate == grant_fate::committed) k.used += c.amount;
    if (m.fate == grant_fate::unknown) k.known = false;
  }
  run();
}

void limits_state::released(const usage_released &m) {
  for (const auto &key : m.keys)
    if (const auto it = counters_.find(key); it != counters_.end())
      it->second.known = false;
}

void limits_state::forget_old_counters() {
  if (counters_.size() <= most_counters || outstanding_ > 0) return;
  counters_.clear();
}

limits_ref::behavior_type
limits_actor(limits_ref::stateful_pointer<limits_state> self, context_ptr node,
             limits_directory_ref parent, const std::string &owner,
             std::uint64_t generation) {
  self->state.begin(self, std::move(node), parent, owner, generation);
  auto end_if_done = [=] {
    if (self->state.ends()) self->quit();
  };
  return {[=](ask_limits &m) { self->state.ask(m); },
          [=](const grant_ended &m) {
            self->state.ended(m);
            end_if_done();
          },
          [=](const usage_released &m) { self->state.released(m); },
          [=](usage_loaded &m) {
            self->state.loaded(m);
            end_if_done();
          },
          [=](const passivate &) {
            self->state.passivate_when_done();
            end_if_done();
          }};
}

limits_directory_ref::behavior_type limits_directory(
    limits_directory_ref::stateful_pointer<limits_directory_state> self,
    context_ptr node) {
  const caf::timespan idle = node->options.session_idle;
  self->state.owners.emplace(
      [=](const std::string &key, std::uint64_t generation) {
        return self->spawn<caf::lazy_init>(
            limits_actor, node, limits_directory_ref{self}, key, generation);
      },
      node->options.max_resident_sessions, idle);
  auto now = [=] { return self->clock().now(); };
  self->delayed_send(self, idle / 2, look_for_idle{});
  return {[=](ask_limits &m) {
            const auto owner = owner_of(m.claims.front().key);
            self->state.owners->deliver(owner, now(), [m](const limits_ref &a) {
              caf::anon_send(a, m);
            });
          },
          [=](const usage_released &m) {
            std::map<std::string, usage_released> by_owner;
            for (const auto &key : m.keys)
              by_owner[owner_of(key)].keys.push_back(key);
            for (auto &[owner, part] : by_owner)
              self->state.owners->deliver(owner, now(),
                                          [part = part](const limits_ref &a) {
                                            caf::anon_send(a, part);
                                          });
          },
          [=](const child_gone &m) { self->state.owners->gone(m, now()); },
          [=](look_for_idle) {
            self->state.owners->passivate_idle(now());
            self->delayed_send(self, idle / 2, look_for_idle{});
          }};
}

}  // namespace recapd::actors
