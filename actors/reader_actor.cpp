// SPDX-License-Identifier: Apache-2.0
#include "actors/reader_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>
#include <utility>

#include "actors/scheduling.hpp"
#include "actors/told_outcomes.hpp"
#include "storage/event_reading.hpp"

namespace recapd::actors {

using std::chrono::milliseconds;
using storage::fault;

void reader_state::begin(reader_ref self, context_ptr node, std::size_t number,
                         storage::store_factory stores) {
  self_ = std::move(self);
  node_ = std::move(node);
  name_ = "reader " + std::to_string(number);
  // An earlier reader of this name may have died while the database was away.
  node_->database->answers(name_);
  stores_ = std::move(stores);
  // The reader connects at once: later the server may have no connection left.
  try {
    store_ = stores_();
  } catch (const storage::storage_error &) {
    // The reader connects when there is something to do.
  }
}

void reader_state::schedule() {
  // The flush comes after what is in the mailbox already: one query for all.
  if (!std::exchange(flushing_, true)) caf::anon_send(self_, flush{});
}

storage::store &reader_state::store() {
  if (!store_) store_ = stores_();
  return *store_;
}

void reader_state::answered() {
  if (!std::exchange(away_, false)) return;
  spdlog::info("reads are answered again");
  node_->database->answers(name_);
}

void reader_state::read_failed(const std::string &why) {
  if (away_) return;
  spdlog::warn("a read failed: {}", why);
  // Otherwise only that read, or its connection, failed.
  if (!takes_commands()) went_away(why);
}

void reader_state::command_failed(const std::string &why) {
  if (away_) return;
  spdlog::warn("what a command needs was not read: {}", why);
  went_away(why);
}

void reader_state::went_away(const std::string &why) {
  away_ = true;
  node_->database->fails(name_, why);
  pause_ = milliseconds{0};
  if (!std::exchange(probing_, true)) caf::anon_send(self_, probe{});
}

bool reader_state::takes_commands() {
  try {
    store().probe();
    return true;
  } catch (const storage::storage_error &e) {
    if (away_) node_->database->fails(name_, e.what());
    return false;
  }
}

std::optional<milliseconds> reader_state::try_again() {
  if (away_ && !takes_commands()) {
    pause_ = next_pause(pause_);
    return pause_;
  }
  answered();
  probing_ = false;
  return std::nullopt;
}

void reader_state::flush_all() {
  flushing_ = false;
  node_->reports->reader_depth(sessions.size() + usage.size()
                               + outcomes.size());
  if (!sessions.empty()) load_sessions(std::exchange(sessions, {}));
  if (!usage.empty()) load_counters(std::exchange(usage, {}));
  if (!outcomes.empty()) find_outcomes(std::exchange(outcomes, {}));
}

void reader_state::run(const read_task &task) {
  try {
    task.run(store());
    answered();
  } catch (const storage::storage_error &e) {
    read_failed(e.what());
    if (task.failed) task.failed(fault::unavailable);
  } catch (const std::exception &e) {
    spdlog::error("a read task failed: {}", e.what());
    if (task.failed) task.failed(fault::unavailable);
  }
}

void reader_state::load_sessions(std::vector<load_session> batch) {
  // Not all at once: a session's events may be many.
  constexpr std::size_t most_sessions = 256;
  std::size_t done = 0;
  try {
    while (done < batch.size()) {
      std::vector<storage::session_version> which;
      for (auto i = done; i < batch.size() && which.size() < most_sessions; ++i)
        which.push_back({.session = batch[i].id});
      const auto found = store().load_events(which);
      answered();
      std::vector<answer<std::optional<workflows::session>>> answers;
      answers.reserve(found.size());
      for (const auto &one : found)
        answers.push_back(read(one));
      const lending lent{self_->home_system()};
      for (auto &one : answers)
        batch[done++].done(std::move(one));
    }
  } catch (const storage::storage_error &e) {
    // The fault is noted before senders are told: who then asks for readiness
    // is told the same.
    command_failed(e.what());
    for (; done < batch.size(); ++done)
      batch[done].done(fault::unavailable);
  }
}

answer<std::optional<workflows::session>>
reader_state::read(const storage::session_events &of) {
  if (of.events.empty()) return std::optional<workflows::session>{};
  try {
    auto s = storage::fold(of);
    if (!s.has_value()) throw std::runtime_error(s.error());
    (void)node_->policies->find_or_read(s->policy_version, store());
    return std::optional{std::move(*s)};
  } catch (const storage::storage_error &) {
    throw;
  } catch (const std::exception &e) {
    spdlog::error("session {} cannot be read: {}; see recapctl check", of.id,
                  e.what());
    return fault::unavailable;
  }
}

void reader_state::load_counters(const std::vector<load_usage> &batch) {
  std::vector<workflows::usage_key> keys;
  for (const auto &m : batch)
    keys.insert(keys.end(), m.keys.begin(), m.keys.end());
  try {
    const auto used = store().load_usage(keys);
    answered();
    const lending lent{self_->home_system()};
    auto next = used.begin();
    for (const auto &m : batch) {
      const auto end = next + std::ptrdiff_t(m.keys.size());
      m.done(std::vector<std::int64_t>(next, end));
      next = end;
    }
  } catch (const storage::storage_error &e) {
    // The fault is noted before senders are told: who then asks for readiness
    // is told the same.
    command_failed(e.what());
    for (const auto &m : batch)
      m.done(fault::unavailable);
  }
}

void reader_state::find_outcomes(std::vector<find_outcome> batch) {
  std::vector<storage::command_key> keys;
  for (const auto &m : batch)
    keys.push_back(m.key);
  try {
    auto rows = find_told_outcomes(store(), *node_->policies, keys);
    answered();
    const lending lent{self_->home_system()};
    for (std::size_t i = 0; i < batch.size(); ++i)
      batch[i].done(std::move(rows[i]));
  } catch (const storage::storage_error &e) {
    // The fault is noted before senders are told: who then asks for readiness
    // is told the same.
    command_failed(e.what());
    for (const auto &m : batch)
      m.done(fault::unavailable);
  }
}

reader_ref::behavior_type
reader_actor(reader_ref::stateful_pointer<reader_state> self, context_ptr node,
             std::size_t number, storage::store_factory stores) {
  auto &s = self->state;
  s.begin(self, std::move(node), number, std::move(stores));
  return {[&s](load_session &m) { s.take(s.sessions, m); },
          [&s](load_usage &m) { s.take(s.usage, m); },
          [&s](find_outcome &m) { s.take(s.outcomes, m); },
          [&s](std::shared_ptr<read_task> &m) { s.run(*m); },
          [&s](flush) { s.flush_all(); },
          [self, &s](probe) {
            if (const auto pause = s.try_again())
              self->delayed_send(self, *pause, probe{});
          }};
}

}  // namespace recapd::actors
