// SPDX-License-Identifier: Apache-2.0
#include "actors/timers_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/due_runs.hpp"

namespace recapd::actors {

using std::chrono::microseconds;
using namespace std::chrono_literals;

namespace {
/// With so many sessions that deal with what was due, no more are fired.
constexpr std::size_t most_firing = 4000;
/// The most timers in one read.
constexpr int page = 20000;
/// The longest sleep between two looks at the clock, and so the longest pause
/// before something that failed is tried again.
constexpr microseconds longest_sleep = 500ms;
constexpr auto between_looks_for_overdue = 10s;

/// Adds when programmes pay out next, as far as a page of timers goes.
void add_runs(std::vector<storage::timer_row> &to, storage::store &from,
              const policy_book &policies, instant until) {
  const bool full = static_cast<int>(to.size()) >= page;
  auto runs = next_runs(from, policies, full ? to.back().at : until);
  if (runs.empty()) return;
  to.insert(to.end(), runs.begin(), runs.end());
  std::ranges::sort(
      to, {}, [](const auto &row) { return std::tie(row.at, row.session); });
}
}  // namespace

void timers_state::begin(timers_ref self, context_ptr node) {
  self_ = std::move(self);
  node_ = std::move(node);
}

manual_clock *timers_state::manual() const {
  return dynamic_cast<manual_clock *>(node_->time.get());
}

void timers_state::start() {
  load_more(node_->time->now() + node_->options.timer_horizon);
}

void timers_state::put(const std::string &session, instant at) {
  drop(session);
  order_.emplace(at, at_.emplace(session, at).first->first);
}

void timers_state::drop(const std::string &session) {
  const auto it = at_.find(session);
  if (it == at_.end()) return;
  order_.erase({it->second, session});
  at_.erase(it);
}

void timers_state::set(const arm &m) {
  drop(m.session);
  if (loading_) armed_while_loading_.insert(m.session);
  if (m.at && (*m.at <= loaded_until_ || loading_)
      && node_->owned->assigned(m.session))
    put(m.session, *m.at);
  look();
}

/// Reads what falls due by `until`. What is armed meanwhile is newer.
void timers_state::load_more(instant until) {
  if (std::exchange(loading_, true)) return;
  auto reply_to =
      reply<std::vector<storage::timer_row>>{[self = self_, until](auto rows) {
        caf::anon_send(self, timers_loaded{until, page, std::move(rows)});
      }};
  std::vector<unsigned> buckets;
  const auto owned = node_->owned->assigned_buckets();
  for (unsigned b = 0; b < owned.size(); ++b)
    if (owned[b]) buckets.push_back(b);
  caf::anon_send(node_->readers.front(),
                 std::make_shared<read_task>(read_task{
                     .run =
                         [=, policies = node_->policies](storage::store &s) {
                           auto rows = s.load_timers(buckets, until, page);
                           add_runs(rows, s, *policies, until);
                           reply_to(std::move(rows));
                         },
                     .failed = [=](storage::fault f) { reply_to(f); }}));
}

void timers_state::loaded(const timers_loaded &m) {
  loading_ = false;
  const auto newer = std::exchange(armed_while_loading_, {});
  if (!m.rows.has_value()) return;  // the next wake tries again
  const auto &rows = *m.rows;
  for (const auto &r : rows)
    if (!newer.contains(r.session) && !firing_.contains(r.session)
        && node_->owned->assigned(r.session))
      put(r.session, r.at);
  if (std::exchange(load_again_, false)) return look();
  // A full page may lack some timers of its last moment.
  const auto complete = static_cast<int>(rows.size()) < m.limit
                            ? m.until
                            : rows.back().at - microseconds{1};
  loaded_until_ = std::max(loaded_until_, complete);
  look();
}

void timers_state::look_for_overdue(caf::actor_clock::time_point at) {
  if (at - overdue_looked_for_ < between_looks_for_overdue || loading_) return;
  overdue_looked_for_ = at;
  load_more(node_->time->now());
}

void timers_state::look() {
  const auto now = node_->time->now();
  fire_due();
  const auto horizon = node_->options.timer_horizon;
  if (!loading_ && firing_.size() < most_firing
      && loaded_until_ < now + horizon / 2 && order_.size() < page / 2)
    load_more(now + horizon);
  if (!advances_.empty()) step_clock();
}

void timers_state::fire_due() {
  const auto now = node_->time->now();
  while (!order_.empty() && order_.begin()->first <= now
         && firing_.size() < most_firing) {
    const auto at = order_.begin()->first;
    const std::string session{order_.begin()->second};
    drop(session);
    // While a session deals with what was due, it arms its next timer itself.
    if (!firing_.insert(session).second) continue;
    node_->reports->timer_fired(
        std::chrono::duration_cast<microseconds>(now - at));
    caf::anon_send(
        node_->shard_of(session),
        take_due{.session = session,
                 .done = reply<done_t>{[self = self_, session](auto fate) {
                   caf::anon_send(self, due_done{session, fate.has_value()});
                 }}});
  }
  node_->reports->timers_armed(order_.size());
}

void timers_state::buckets_moved() {
  std::vector<std::string> gone;
  for (const auto &[session, at] : at_)
    if (!node_->owned->assigned(session)) gone.push_back(session);
  for (const auto &session : gone)
    drop(session);
  loaded_until_ = {};
  load_again_ = loading_;
  look();
}

void timers_state::done(const due_done &m) {
  if (!m.ok) {
    failed_.push_back(m.session);
    return;
  }
  firing_.erase(m.session);
  look();
}

void timers_state::retry_failed() {
  for (const auto &session : std::exchange(failed_, {})) {
    firing_.erase(session);
    if (node_->owned->assigned(session)) put(session, node_->time->now());
  }
}

void timers_state::advance(advance_to &m) {
  advances_.push_back(std::move(m));
  look();
}

/// Moves a manual clock by one step: to the next due time, or to the end. The
/// target is saved first: after a crash the clock stands there, never behind an
/// event.
void timers_state::step_clock() {
  auto *clock = manual();
  const auto to = advances_.front().to;
  const auto now = node_->time->now();
  if (clock == nullptr || to < now)
    return end_advance(storage::fault::unavailable);
  if (target_saved_ == saving::not_yet) return save_target(to);
  if (target_saved_ == saving::running || !firing_.empty() || loading_) return;
  const auto next = order_.empty() ? instant::max() : order_.begin()->first;
  if (next <= to && next <= loaded_until_ + microseconds{1}) {
    clock->set(std::max(now, next));
    return fire_due();
  }
  if (loaded_until_ < to) return load_more(to);
  clock->set(to);
  end_advance(to);
}

void timers_state::save_target(instant to) {
  target_saved_ = saving::running;
  auto saved = reply<done_t>{[self = self_](auto fate) {
    caf::anon_send(self, clock_saved{std::move(fate)});
  }};
  caf::anon_send(node_->readers.front(),
                 std::make_shared<read_task>(read_task{
                     .run =
                         [saved, to](storage::store &s) {
                           s.save_manual_clock(to);
                           saved(done_t{});
                         },
                     .failed = [saved](storage::fault f) { saved(f); }}));
}

void timers_state::saved(const clock_saved &m) {
  if (!m.fate.has_value()) return end_advance(m.fate.error());
  target_saved_ = saving::done;
  look();
}

void timers_state::end_advance(answer<instant> a) {
  target_saved_ = saving::not_yet;
  auto front = std::move(advances_.front());
  advances_.pop_front();
  front.done(a);
  if (!advances_.empty()) step_clock();
}

microseconds timers_state::sleep(std::uint64_t &generation) {
  generation = ++generation_;
  const auto now = node_->time->now();
  auto pause = longest_sleep;
  if (!order_.empty() && manual() == nullptr)
    pause = std::clamp(
        std::chrono::duration_cast<microseconds>(order_.begin()->first - now),
        microseconds{1ms}, longest_sleep);
  next_wake_ = now + pause;
  return pause;
}

bool timers_state::in_a_hurry() const {
  return manual() == nullptr && !order_.empty() && firing_.size() < most_firing
         && order_.begin()->first < next_wake_ - 1ms;
}

timers_ref::behavior_type
timers_actor(timers_ref::stateful_pointer<timers_state> self,
             context_ptr node) {
  auto &s = self->state;
  s.begin(self, std::move(node));
  // One wake is awaited at any time; an earlier one replaces it.
  auto sleep = [self, &s] {
    std::uint64_t generation = 0;
    const auto pause = s.sleep(generation);
    self->delayed_send(self, caf::timespan{pause}, wake{generation});
  };
  auto hurry = [&s, sleep] {
    if (s.in_a_hurry()) sleep();
  };
  return {[&s, sleep](start_timers) {
            s.start();
            sleep();
          },
          [&s, hurry](const arm &m) {
            s.set(m);
            hurry();
          },
          [self, &s, sleep](const wake &m) {
            if (!s.current(m)) return;
            s.retry_failed();
            s.look_for_overdue(self->clock().now());
            s.look();
            sleep();
          },
          [&s, hurry](const timers_loaded &m) {
            s.loaded(m);
            hurry();
          },
          [&s, hurry](const due_done &m) {
            s.done(m);
            hurry();
          },
          [&s](advance_to &m) { s.advance(m); },
          [&s](const clock_saved &m) { s.saved(m); },
          [&s, hurry](buckets_changed) {
            s.buckets_moved();
            hurry();
          }};
}

}  // namespace recapd::actors
