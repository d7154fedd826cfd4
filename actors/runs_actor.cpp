// SPDX-License-Identifier: Apache-2.0
#include "actors/runs_actor.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>
#include <utility>

#include "actors/disbursement_commits.hpp"
#include "actors/due_runs.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

namespace {

/// How many tutors a page has.
constexpr int most_tutors = 100;

void leave_if_done(runs_ref::stateful_pointer<runs_state> self) {
  if (self->state.ends()) self->quit();
}

}  // namespace

void runs_state::begin(runs_ref self, context_ptr node, const shard_ref &parent,
                       const std::string &key, std::uint64_t generation) {
  self_ = std::move(self);
  node_ = std::move(node);
  key_ = key;
  note_.address(parent, key_, generation);
}

void runs_state::take(take_due &m) {
  waiting_.push_back(std::move(m.done));
  if (waiting_.size() == 1) read_page();
}

void runs_state::read_page() {
  reply<run_page> done{[self = self_, step = ++step_](auto a) {
    caf::anon_send(self, run_page_read{step, std::move(a)});
  }};
  caf::anon_send(
      node_->reader_of(key_),
      std::make_shared<read_task>(read_task{
          .run =
              [done, run = run_, after = after_, node = node_,
               program = std::string{wf::plain_id(key_)}](storage::store &s) {
                run_page out{.run = run, .waiting = {}, .next = {}};
                if (!out.run)
                  out.run = begin_due_run(s, *node->policies, program,
                                          node->time->now());
                if (out.run)
                  out.waiting = s.list_waiting(*out.run, after, most_tutors);
                else
                  out.next = next_runs(s, *node->policies, wf::instant::max(),
                                       program);
                done(std::move(out));
              },
          .failed = [done](fault f) { done(f); }}));
}

void runs_state::page_read(run_page_read &m) {
  if (m.step != step_) return;
  if (!m.page.has_value()) return end(m.page.error());
  auto &page = *m.page;
  if (!page.run) {
    if (!page.next.empty())
      caf::anon_send(node_->timers,
                     arm{.session = key_, .at = page.next.front().at});
    return end(done_t{});
  }
  run_ = std::move(page.run);
  after_ = page.waiting.next;
  ++step_;
  under_way_ = 0;
  for (const auto &one :
       wf::plan_disbursements(page.waiting.transfers, run_->minimum))
    pay_out(one);
  if (under_way_ > 0) return;
  if (after_.empty()) return complete();
  read_page();
}

void runs_state::pay_out(const wf::planned_disbursement &what) {
  wf::disbursement fresh;
  fresh.id = wf::disbursement_id(run_->id, what.tutor, what.currency);
  const wf::disbursement_event opened{
      .seq = 1,
      .at = node_->time->now(),
      .by = wf::engine_itself,
      .what = wf::disbursement_opened{
          .run = run_->id,
          .program = run_->program,
          .tutor = what.tutor,
          .amount = what.amount,
          .currency = what.currency,
          .transfers = static_cast<int>(what.transfers.size()),
          .by = run_->by}};
  ++under_way_;
  const auto journal = node_->loads->pick();
  caf::anon_send(
      node_->journals[journal],
      std::make_shared<append>(append{
          .what =
              build_disbursement_commit(fresh, opened, nullptr, what.transfers)
                  .first,
          .whose = {},
          .tickets = {},
          .done =
              reply<done_t>{
                  [self = self_, step = step_](auto a) {
                    caf::anon_send(self, commit_done{step, std::move(a)});
                  },
                  fault::outcome_unknown},
          .place = {node_->loads, journal}}));
}

void runs_state::committed(const commit_done &m) {
  if (m.step != step_ || under_way_ == 0) return;
  // Where the database refuses, another writer was first, or the run made it
  // before: what waits still goes with the next run.
  if (!m.fate.has_value()
      && (m.fate.error() == fault::unavailable
          || m.fate.error() == fault::outcome_unknown))
    trouble_ = m.fate.error();
  if (--under_way_ > 0) return;
  if (trouble_) return end(*std::exchange(trouble_, {}));
  if (after_.empty()) return complete();
  read_page();
}

void runs_state::complete() {
  reply<done_t> done{[self = self_, step = ++step_](auto a) {
    caf::anon_send(self, run_finished{step, std::move(a)});
  }};
  caf::anon_send(node_->background,
                 std::make_shared<read_task>(read_task{
                     .run =
                         [done, run = *run_, node = node_](storage::store &s) {
                           try {
                             if (node->run_made) node->run_made(run, s);
                           } catch (const storage::storage_error &) {
                             throw;
                           } catch (const std::exception &e) {
                             spdlog::error("run {} is not complete: {}", run.id,
                                           e.what());
                             return done(fault::unavailable);
                           }
                           s.complete_run(run.id);
                           done(done_t{});
                         },
                     .failed = [done](fault f) { done(f); }}));
}

void runs_state::finished(const run_finished &m) {
  if (m.step != step_) return;
  if (!m.fate.has_value()) return end(m.fate.error());
  run_.reset();
  after_.clear();
  // Another may be due by now.
  read_page();
}

void runs_state::end(answer<done_t> a) {
  ++step_;
  run_.reset();
  after_.clear();
  for (auto &done : std::exchange(waiting_, {}))
    done(a);
}

runs_ref::behavior_type runs_actor(runs_ref::stateful_pointer<runs_state> self,
                                   context_ptr node, shard_ref parent,
                                   const std::string &key,
                                   std::uint64_t generation) {
  self->state.begin(self, std::move(node), parent, key, generation);
  return {// No client can send it a command.
          [](take_work &m) { m.item->done(fault::unavailable); },
          [self](take_due &m) { self->state.take(m); },
          [self](const passivate &m) {
            self->state.passivate_when_done(m);
            leave_if_done(self);
          },
          [self](run_page_read &m) {
            self->state.page_read(m);
            leave_if_done(self);
          },
          [self](const commit_done &m) {
            self->state.committed(m);
            leave_if_done(self);
          },
          [self](const run_finished &m) {
            self->state.finished(m);
            leave_if_done(self);
          }};
}

}  // namespace recapd::actors
