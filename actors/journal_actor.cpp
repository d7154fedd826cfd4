// SPDX-License-Identifier: Apache-2.0
#include "actors/journal_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include "actors/scheduling.hpp"

namespace recapd::actors {

using std::chrono::milliseconds;
using storage::fault;

namespace {

void settle(const append &a, answer<done_t> fate) {
  const auto grant = fate.has_value() ? grant_fate::committed
                     : fate.error() == fault::unavailable ? grant_fate::dropped
                                                          : grant_fate::unknown;
  for (const auto &t : a.tickets)
    t->set(grant);
  a.done(fate);
}

/// Reports what a commit that is written made of reminders and money.
void report(telemetry &to, const storage::commit &c) {
  for (const auto &r : c.reminded)
    to.reminded(r.kind);
  if (c.payment)
    to.money_moved(workflows::to_string(c.payment->kind), c.payment->currency,
                   c.payment->amount);
}
}  // namespace

void journal_state::begin(journal_ref self, context_ptr node,
                          std::size_t number, storage::store_factory stores,
                          commit_signal signal) {
  self_ = std::move(self);
  node_ = std::move(node);
  name_ = "journal " + std::to_string(number);
  // An earlier journal of this name may have died while the database was away.
  node_->database->answers(name_);
  stores_ = std::move(stores);
  signal_ = std::move(signal);
  // The journal connects at once: later the server may have no connection left.
  try {
    store_ = stores_();
  } catch (const storage::storage_error &) {
    // The journal connects when there is something to do.
  }
}

void journal_state::take(std::shared_ptr<append> a) {
  if (away_) return settle(*a, fault::unavailable);
  buffer_.push_back(std::move(a));
  if (std::exchange(flushing_, true)) return;
  // The flush comes after everything that is in the mailbox already.
  caf::anon_send(self_, flush{});
}

void journal_state::flush_all() {
  flushing_ = false;
  node_->reports->journal_depth(buffer_.size());
  auto all = std::exchange(buffer_, {});
  const auto most = node_->options.max_batch;
  for (std::size_t i = 0; i < all.size(); i += most) {
    const auto end = std::min(i + most, all.size());
    write({std::make_move_iterator(all.begin() + std::ptrdiff_t(i)),
           std::make_move_iterator(all.begin() + std::ptrdiff_t(end))});
  }
}

void journal_state::write(std::vector<std::shared_ptr<append>> batch) {
  if (away_) {
    for (const auto &a : batch)
      settle(*a, fault::unavailable);
    return;
  }
  std::erase_if(batch, [](const auto &a) {
    const bool dropped = a->whose && a->whose->given_up;
    if (dropped) settle(*a, fault::unavailable);
    return dropped;
  });
  if (batch.empty()) return;
  std::vector<storage::commit> commits;
  commits.reserve(batch.size());
  {
    const lending lent{self_->home_system()};
    for (auto &a : batch) {
      for (const auto &t : a->tickets)
        t->set(grant_fate::unknown);
      commits.push_back(std::move(a->what));
    }
  }
  const auto started = std::chrono::steady_clock::now();
  try {
    if (!store_) store_ = stores_();
    const auto fates = store_->append(commits);
    const lending lent{self_->home_system()};
    if (std::exchange(doubted_, false)) node_->database->answers(name_);
    node_->reports->group_committed(
        batch.size(), std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::steady_clock::now() - started));
    bool wrote_events = false;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (fates[i]) {
        node_->reports->commit_refused(storage::to_string(*fates[i]));
        settle(*batch[i], *fates[i]);
        continue;
      }
      wrote_events = wrote_events || !commits[i].events.empty();
      report(*node_->reports, commits[i]);
      settle(*batch[i], done_t{});
    }
    if (wrote_events && signal_) signal_();
  } catch (const storage::storage_error &e) {
    // The fault is noted before senders are told: who then asks for readiness
    // is told the same.
    went_away(e);
    for (const auto &a : batch)
      settle(*a, e.code());
  }
}

void journal_state::went_away(const storage::storage_error &why) {
  if (std::exchange(away_, true)) return;
  doubted_ = why.code() == fault::unavailable;
  node_->database->fails(name_, why.what());
  pause_ = milliseconds{0};
  caf::anon_send(self_, probe{});
}

std::optional<milliseconds> journal_state::try_again() {
  if (!away_) return std::nullopt;
  try {
    if (!store_) store_ = stores_();
    store_->probe();
    away_ = false;
    if (doubted_)
      node_->database->doubts(name_);
    else
      node_->database->answers(name_);
    return std::nullopt;
  } catch (const storage::storage_error &e) {
    doubted_ = false;
    node_->database->fails(name_, e.what());
    pause_ = next_pause(pause_);
    return pause_;
  }
}

journal_ref::behavior_type
journal_actor(journal_ref::stateful_pointer<journal_state> self,
              context_ptr node, std::size_t number,
              storage::store_factory stores, commit_signal signal) {
  self->state.begin(self, std::move(node), number, std::move(stores),
                    std::move(signal));
  self->set_exit_handler([=](caf::exit_msg &m) {
    self->state.flush_all();
    self->quit(std::move(m.reason));
  });
  return {[=](std::shared_ptr<append> &a) { self->state.take(std::move(a)); },
          [=](flush) { self->state.flush_all(); },
          [=](probe) {
            if (const auto pause = self->state.try_again())
              self->delayed_send(self, *pause, probe{});
          }};
}

}  // namespace recapd::actors
