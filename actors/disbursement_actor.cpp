// SPDX-License-Identifier: Apache-2.0
#include "actors/disbursement_actor.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

#include "actors/commit_builder.hpp"
#include "actors/disbursement_commits.hpp"
#include "actors/outcome_json.hpp"
#include "storage/disbursement_reading.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

namespace {

/// How often a command is decided before its sender is told to try later.
constexpr int most_decisions = 10;

void quit_if_done(disbursement_ref::stateful_pointer<disbursement_state> self) {
  if (self->state.ends()) self->quit();
}

}  // namespace

void disbursement_state::begin(disbursement_ref self, context_ptr node,
                               const shard_ref &parent, const std::string &key,
                               std::uint64_t generation) {
  self_ = std::move(self);
  node_ = std::move(node);
  key_ = key;
  note_.address(parent, key_, generation);
}

void disbursement_state::take(take_work &m) {
  queue_.push_back(std::move(m.item));
  if (!front_) run();
}

void disbursement_state::run() {
  while (!front_ && !queue_.empty()) {
    front_ = std::move(queue_.front());
    queue_.pop_front();
    tries_ = 0;
    ours_ = false;
    if (front_->given_up)
      std::exchange(front_, nullptr)->done(fault::unavailable);
    else
      again();
  }
}

void disbursement_state::again() {
  if (tries_++ >= most_decisions) return finish(fault::unavailable);
  if (!loaded_) return load();
  decide_front();
}

void disbursement_state::load() {
  auto done = back<disbursement_loaded, wf::disbursement>();
  caf::anon_send(node_->reader_of(key_),
                 std::make_shared<read_task>(read_task{
                     .run =
                         [done, key = key_](storage::store &s) {
                           const storage::session_version which{.session = key};
                           const auto found = s.load_events({&which, 1});
                           auto d = storage::fold_disbursement(found.front());
                           if (d.has_value())
                             done(std::move(*d));
                           else
                             done(fault::unavailable);
                         },
                     .failed = [done](fault f) { done(f); }}));
}

void disbursement_state::loaded(disbursement_loaded &m) {
  if (!front_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(m.found.error());
  now_ = std::move(*m.found);
  loaded_ = true;
  decide_front();
}

void disbursement_state::decide_front() {
  const auto &what = front_->what;
  const auto d = wf::decide(now_, std::get<wf::report_result>(what.what),
                            {.by = what.by,
                             .engine = wf::engine_itself,
                             .received_at = what.received_at,
                             .programs = &what.programs});
  // What a refusal is told about is written first: a command that comes again
  // finds it there.
  if (!d.events.empty()) return append_events(d, !d.refusals.empty());
  auto answer = make_outcome(what.source, what.id, "null", d.refusals);
  if (d.refusals.empty()) answer = stored_outcome(answer.json, true);
  append_answer(std::move(answer), d.refusals.empty() ? now_.version : 0);
}

void disbursement_state::append_events(const wf::result_decision &d,
                                       bool by_engine) {
  const auto &what = front_->what;
  noted_only_ = by_engine;
  auto [c, after] = build_disbursement_commit(now_, d.events.front(),
                                              by_engine ? nullptr : &what);
  after_ = std::move(after);
  if (!by_engine) {
    answer_ = make_outcome(what.source, what.id, "null", {});
    c.outcome = outcome_row(what, answer_, after_.version);
  }
  append(std::move(c), back<commit_done, done_t>(fault::outcome_unknown));
}

/// Writes the outcome of a command that changes nothing.
void disbursement_state::append_answer(outcome answer, int version) {
  const auto &what = front_->what;
  noted_only_ = false;
  after_ = now_;
  answer_ = std::move(answer);
  storage::commit c;
  c.session = key_;
  c.inbox_seq = what.inbox_seq;
  c.outcome = outcome_row(what, answer_, version);
  c.base_version = now_.version;
  append(std::move(c), back<commit_done, done_t>(fault::outcome_unknown));
}

void disbursement_state::append(storage::commit what, reply<done_t> done) {
  const auto journal = node_->loads->pick();
  caf::anon_send(node_->journals[journal],
                 std::make_shared<actors::append>(
                     actors::append{.what = std::move(what),
                                    .whose = front_,
                                    .tickets = {},
                                    .done = std::move(done),
                                    .place = {node_->loads, journal}}));
}

void disbursement_state::committed(const commit_done &m) {
  if (!front_ || m.step != step_) return;
  if (m.fate.has_value()) {
    now_ = std::move(after_);
    if (noted_only_) return again();
    return finish(std::move(answer_));
  }
  const auto why = m.fate.error();
  if (why == fault::unavailable) return finish(why);
  loaded_ = false;
  ours_ = ours_ || (why == fault::outcome_unknown && !noted_only_);
  if (why == fault::duplicate_command || why == fault::outcome_unknown)
    return look_for_outcome();
  again();
}

void disbursement_state::look_for_outcome() {
  caf::anon_send(
      node_->lookup,
      find_outcome{
          .key = front_->what.key(),
          .done = back<outcome_found, std::optional<storage::outcome_row>>()});
}

void disbursement_state::found(outcome_found &m) {
  if (!front_ || m.step != step_) return;
  if (!m.found.has_value()) return finish(fault::outcome_unknown);
  if (!*m.found) return again();
  const auto &row = **m.found;
  const auto &what = front_->what;
  if (row.content == what.content && what.inbox_seq) {
    // Only the inbox row is left to delete; if that is lost, it comes again.
    storage::commit c;
    c.session = key_;
    c.inbox_seq = what.inbox_seq;
    if (what.told_for > std::chrono::seconds{0}
        && row.told_for == std::chrono::seconds{0}) {
      c.asked_again = row;
      c.asked_again->told_for = what.told_for;
    }
    append(std::move(c), {});
  }
  finish(given_again(what, row, !ours_));
}

void disbursement_state::finish(answer<outcome> a) {
  std::exchange(front_, nullptr)->done(std::move(a));
  run();
}

disbursement_ref::behavior_type
disbursement_actor(disbursement_ref::stateful_pointer<disbursement_state> self,
                   context_ptr node, shard_ref parent, const std::string &key,
                   std::uint64_t generation) {
  self->state.begin(self, std::move(node), parent, key, generation);
  return {[self](take_work &m) { self->state.take(m); },
          // It has no timer.
          [](take_due &m) { m.done(done_t{}); },
          [self](const passivate &m) {
            self->state.passivate_when_done(m);
            quit_if_done(self);
          },
          [self](disbursement_loaded &m) {
            self->state.loaded(m);
            quit_if_done(self);
          },
          [self](const commit_done &m) {
            self->state.committed(m);
            quit_if_done(self);
          },
          [self](outcome_found &m) {
            self->state.found(m);
            quit_if_done(self);
          }};
}

}  // namespace recapd::actors
