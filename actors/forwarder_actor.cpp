// SPDX-License-Identifier: Apache-2.0
#include "actors/forwarder_actor.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "actors/outcome_json.hpp"
#include "actors/sender_text.hpp"
#include "actors/told_outcomes.hpp"

namespace recapd::actors {

using storage::fault;
using namespace std::chrono_literals;

namespace {

constexpr caf::timespan shortest_pause = 4ms;
constexpr caf::timespan longest_pause = 250ms;

std::vector<storage::command_key>
keys_of(const std::vector<std::shared_ptr<work>> &items) {
  std::vector<storage::command_key> keys;
  for (const auto &item : items)
    keys.push_back(item->what.key());
  return keys;
}

/// Returns true for an outcome of the very command, and not of another copy of
/// it. Copies of one moment are told apart by who asks first. One that is there
/// when it is looked for first is its own only where another node has had it.
bool is_own(const work &item, const storage::outcome_row &row, bool first) {
  return row.received_at == item.what.received_at
         && (!first || item.tried || item.what.relayed);
}

}  // namespace

void forwarder_state::begin(forwarder_ref self, context_ptr node) {
  self_ = std::move(self);
  node_ = std::move(node);
}

void forwarder_state::take(take_work &m) {
  if (!relay(m.item)) take_back(std::move(m.item));
}

void forwarder_state::take_back(std::shared_ptr<work> item) {
  fresh_.push_back(std::move(item));
  if (!std::exchange(flushing_, true)) caf::anon_send(self_, flush{});
}

/// Returns false where the command has to go by the table: no other node is
/// known to serve its session, or one has relayed it to this one.
bool forwarder_state::relay(const std::shared_ptr<work> &item) {
  if (!node_->relay || item->what.relayed || item->given_up) return false;
  const auto owner = node_->owned->other_owner(item->what.session);
  if (!owner) return false;
  const reply<outcome> back{[self = self_, item](answer<outcome> a) {
                              if (a.has_value())
                                item->done(std::move(a));
                              else
                                caf::anon_send(self, actors::take_back{item});
                            },
                            fault::outcome_unknown};
  // Where nothing was sent, the reply that is dropped takes the command back.
  item->tried = node_->relay(*owner, item->what, back);
  return true;
}

void forwarder_state::send_on() {
  flushing_ = false;
  look_up(std::exchange(fresh_, {}), true);
}

/// Looks for outcomes on the thread of the reader of outcomes. New commands
/// without one are put into the table `forwarded`, in order.
void forwarder_state::look_up(const std::vector<std::shared_ptr<work>> &items,
                              bool first) {
  auto back = reply<outcome_rows>{
      [self = self_, items, first](answer<outcome_rows> a) {
        caf::anon_send(self, outcomes_looked_up{items, std::move(a), first});
      },
      first ? fault::outcome_unknown : fault::unavailable};
  auto run = [back, items, first, node = node_](storage::store &s) {
    if (std::all_of(items.begin(), items.end(),
                    [](const auto &item) { return item->given_up.load(); }))
      return back(fault::unavailable);
    auto found = find_told_outcomes(s, *node->policies, keys_of(items));
    std::vector<storage::inbox_row> rows;
    for (std::size_t i = 0; first && i < items.size(); ++i)
      if (found[i].has_value() && !*found[i] && !items[i]->given_up)
        rows.push_back({.seq = 0,
                        .ours = true,
                        .event = node->as_event(items[i]->what),
                        .received_at = items[i]->what.received_at,
                        .sender = sender_text(items[i]->what)});
    if (!rows.empty()) {
      s.forward(rows);
      node->reports->forwarded(rows.size());
    }
    back(std::move(found));
  };
  caf::anon_send(node_->lookup, std::make_shared<read_task>(read_task{
                                    .run = std::move(run),
                                    .failed = [back](fault f) { back(f); }}));
}

bool forwarder_state::looked_up(outcomes_looked_up &m, time_point now) {
  if (!m.first) looking_ = false;
  if (!m.rows.has_value()) {
    if (m.first)
      for (const auto &item : m.items)
        item->done(m.rows.error());
    return false;
  }
  const auto &rows = *m.rows;
  const bool idle = waiting_.empty();
  std::set<std::tuple<std::string, std::string, std::string>> told;
  const auto is_repeat = [&](const work &item,
                             const storage::outcome_row &row) {
    return !is_own(item, row, m.first)
           || !told.emplace(row.source, row.id, row.scope).second;
  };
  for (std::size_t i = 0; i < m.items.size(); ++i) {
    const auto &item = m.items[i];
    if (!rows[i].has_value() || *rows[i]) {
      if (rows[i].has_value())
        item->done(
            given_again(item->what, **rows[i], is_repeat(*item, **rows[i])));
      else
        item->done(rows[i].error());
      std::erase_if(waiting_, [&](const auto &w) { return w.item == item; });
    } else if (m.first) {
      waiting_.push_back({item, now});
    }
  }
  return idle && !waiting_.empty();
}

caf::timespan forwarder_state::look(time_point now) {
  // Where nobody else looks after the sender, as the engine does.
  const auto patience = node_->options.statement * 2;
  std::erase_if(waiting_, [&](const waiting &w) {
    if (now - w.since < patience && !w.item->given_up) return false;
    w.item->done(fault::outcome_unknown);
    return true;
  });
  if (waiting_.empty()) return caf::timespan{0};
  if (!std::exchange(looking_, true)) {
    std::vector<std::shared_ptr<work>> items;
    for (const auto &w : waiting_)
      items.push_back(w.item);
    look_up(items, false);
  }
  return std::clamp(
      std::chrono::duration_cast<caf::timespan>(now - waiting_.back().since)
          / 4,
      shortest_pause, longest_pause);
}

forwarder_ref::behavior_type
forwarder_actor(forwarder_ref::stateful_pointer<forwarder_state> self,
                context_ptr node) {
  auto &s = self->state;
  s.begin(self, std::move(node));
  return {[&s](take_work &m) { s.take(m); },
          [&s](take_back &m) { s.take_back(std::move(m.item)); },
          [&s](flush) { s.send_on(); },
          [self, &s](outcomes_looked_up &m) {
            if (s.looked_up(m, self->clock().now()))
              self->delayed_send(self, shortest_pause, wake{});
          },
          [self, &s](const wake &) {
            const auto pause = s.look(self->clock().now());
            if (pause > caf::timespan{0})
              self->delayed_send(self, pause, wake{});
          }};
}

}  // namespace recapd::actors
