// SPDX-License-Identifier: Apache-2.0
#include "actors/lease_keeper.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>
#include <tuple>
#include <utility>

namespace recapd::actors {

using namespace std::chrono_literals;

namespace {

/// The number of heartbeats in the time of a lease: a few may fail and the next
/// still comes in time.
constexpr int beats_per_lease = 5;
/// The longest pause between two heartbeats, which also tell of new policies.
constexpr auto longest_rest = 4s;
/// The longest pause after a heartbeat that failed.
constexpr auto retry = 200ms;

}  // namespace

void join(const lease_parts &parts, ownership &owned, const clock &time,
          clock_watch *clocks) {
  auto first = parts.who;
  first.joining = true;
  const auto until = owned.now() + first.expiry;
  const auto leases = parts.stores();
  const auto sent = time.now();
  const auto told = leases->beat(first);
  const bool agrees = clocks == nullptr || clocks->agrees(sent, told.now);
  if (!agrees) leases->leave(first.node, first.incarnation);
  owned.set(agrees ? buckets_of(told.leased, told.shards)
                   : storage::bucket_set{},
            until);
}

void lease_keeper_state::begin(lease_keeper_ref self, context_ptr node,
                               lease_parts parts) {
  self_ = std::move(self);
  node_ = std::move(node);
  parts_ = std::move(parts);
  leased_ = node_->owned->assigned_buckets();
  leaving_ = parts_.who.leaving;
}

std::chrono::milliseconds lease_keeper_state::beat() {
  auto h = parts_.who;
  h.released = released_;
  if (node_->clocks) h.ahead = node_->clocks->last_ahead();
  // The lease is measured from before the sending. The database measures it
  // from a later moment, so it never ends there first.
  const auto until = node_->owned->now() + h.expiry;
  try {
    if (!store_) store_ = parts_.stores();
    const auto told = ask(h);
    failing_ = false;
    if (node_->conditions) node_->conditions->settle("lease-expired");
    node_->database->answers("heartbeat");
    node_->database->look();
    apply(told, until);
    if (told.drain) ask_to_leave("it was asked to drain");
    return std::min<std::chrono::milliseconds>(h.expiry / beats_per_lease,
                                               longest_rest);
  } catch (const storage::name_taken &e) {
    apply({}, until);
    ask_to_leave(e.what());
    return h.expiry;
  } catch (const storage::storage_error &e) {
    node_->database->fails("heartbeat", e.what());
    tell_expired();
    if (!std::exchange(failing_, true))
      spdlog::warn("a heartbeat failed: {}", e.what());
    return std::min<std::chrono::milliseconds>(retry,
                                               h.expiry / beats_per_lease);
  }
}

/// Raises the condition that the lease has run out, whatever does not answer:
/// other nodes may serve the sessions now, and this node's commands wait for
/// them.
void lease_keeper_state::tell_expired() {
  if (!node_->conditions || node_->owned->leased_buckets().any()
      || node_->owned->assigned_buckets().none())
    return;
  node_->conditions->raise(
      "lease-expired", weight::unready,
      "The lease of node " + parts_.who.node + " on "
          + std::to_string(node_->owned->assigned_buckets().count()) + " of "
          + std::to_string(node_->owned->assigned_buckets().size())
          + " buckets has run out, since no heartbeat was answered in time: "
            "whichever node the database hears holds them now.");
}

/// Sends a heartbeat. While the clocks are too far apart the node steps aside:
/// it leaves its shards and only compares, since it would decide every deadline
/// by a time that is not the others'.
storage::heartbeat_answer lease_keeper_state::ask(const storage::heartbeat &h) {
  const auto sent = node_->time->now();
  storage::heartbeat_answer told{
      .shards = shards_, .leased = {}, .surplus = {}, .now = {}};
  if (aside_)
    std::tie(std::ignore, told.now) = store_->look();
  else
    told = store_->beat(h);
  if (!node_->clocks) return told;
  const bool was_aside = aside_;
  aside_ = !node_->clocks->agrees(sent, told.now);
  if (aside_ && !was_aside) {
    store_->leave(h.node, h.incarnation);
    draining_.clear();
    released_.clear();
  }
  if (aside_) told.leased = told.surplus = {};
  return told;
}

void lease_keeper_state::apply(const storage::heartbeat_answer &told,
                               ownership::time_point until) {
  report_leases(told);
  if (std::exchange(shards_, told.shards) != told.shards) {
    draining_.clear();
    released_.clear();
  }
  // What was released is surplus no longer, and what is kept after all is
  // served again: it must not be released when an earlier drain ends.
  const auto settled = [&](int shard) {
    return std::find(told.surplus.begin(), told.surplus.end(), shard)
           == told.surplus.end();
  };
  std::erase_if(draining_, [&](const auto &d) { return settled(d.first); });
  std::erase_if(released_, settled);
  const auto leased = buckets_of(told.leased, told.shards);
  const auto lost = leased_ & ~leased;
  leased_ = leased;
  const auto served = leased & ~buckets_of(told.surplus, told.shards);
  const bool changed = served != node_->owned->assigned_buckets();
  node_->owned->set(served, until);
  node_->owned->set_others(told.others, told.shards);
  if (node_->live_nodes) node_->live_nodes(told.others);
  if (told.newest_policy > node_->policies->current_version()) read_policies();
  if (lost.any()) tell_shards(lost, true, nullptr);
  drain_surplus(told);
  if (!changed) return;
  spdlog::info("serving {} of {} buckets", served.count(), served.size());
  caf::anon_send(node_->timers, buckets_changed{});
  parts_.changed();
}

/// A shard that is gone was lost, unless it was given up, or there are other
/// shards now.
void lease_keeper_state::report_leases(const storage::heartbeat_answer &told) {
  const auto gone = [&](int shard) {
    return !std::ranges::count(told.leased, shard)
           && !std::ranges::count(released_, shard);
  };
  const auto lost = shards_ == told.shards ? std::ranges::count_if(held_, gone)
                                           : std::ptrdiff_t{0};
  held_ = told.leased;
  node_->reports->leases(held_.size(), static_cast<std::size_t>(lost));
}

void lease_keeper_state::read_policies() {
  caf::anon_send(node_->background,
                 std::make_shared<read_task>(read_task{
                     .run =
                         [book = node_->policies](storage::store &s) {
                           book->follow(s);
                           spdlog::info("policy version {} is in force",
                                        book->current_version());
                         },
                     .failed = {}}));
}

void lease_keeper_state::drain_surplus(const storage::heartbeat_answer &told) {
  if (told.surplus.empty()) return;
  std::vector<int> fresh;
  const auto drain = ++drains_;
  auto tokens = std::make_shared<shard_tokens>(told.shards);
  for (const auto shard : told.surplus) {
    if (!draining_.emplace(shard, drain).second) continue;
    fresh.push_back(shard);
    // Whoever lets go of the token last releases the shard.
    tokens->at(static_cast<std::size_t>(shard)) = {
        nullptr, [self = self_, shard, drain](void *) {
          caf::anon_send(self, shard_at_rest{.shard = shard, .drain = drain});
        }};
  }
  if (fresh.empty()) return;
  tell_shards(buckets_of(fresh, told.shards), false, std::move(tokens));
}

void lease_keeper_state::tell_shards(
    const storage::bucket_set &buckets, bool at_once,
    std::shared_ptr<const shard_tokens> until_done) {
  for (const auto &shard : node_->shards)
    caf::anon_send(shard, drain_buckets{.buckets = buckets,
                                        .at_once = at_once,
                                        .until_done = until_done});
}

void lease_keeper_state::at_rest(const shard_at_rest &m) {
  const auto known = draining_.find(m.shard);
  if (known == draining_.end() || known->second != m.drain) return;
  released_.push_back(m.shard);
  if (!std::exchange(releasing_, true)) caf::anon_send(self_, release_now{});
}

void lease_keeper_state::release() {
  releasing_ = false;
  // The heartbeat goes at once: the next node waits for these shards.
  (void)beat();
}

void lease_keeper_state::hand_over() {
  // The node drains already, so ask_to_leave() need not tell it to.
  leaving_ = parts_.who.leaving = true;
  (void)beat();
}

void lease_keeper_state::ask_to_leave(const std::string &why) {
  if (std::exchange(leaving_, true)) return;
  spdlog::warn("node {} leaves: {}", parts_.who.node, why);
  parts_.leave(why);
}

lease_keeper_ref::behavior_type
lease_keeper(lease_keeper_ref::stateful_pointer<lease_keeper_state> self,
             context_ptr node, lease_parts parts) {
  auto &s = self->state;
  s.begin(self, std::move(node), std::move(parts));
  self->delayed_send(self, caf::timespan{0ms}, beat_now{});
  return {[self, &s](beat_now) {
            self->delayed_send(self, caf::timespan{s.beat()}, beat_now{});
          },
          [&s](const shard_at_rest &m) { s.at_rest(m); },
          [&s](release_now) { s.release(); },
          [&s](leave_now) { s.hand_over(); }};
}

}  // namespace recapd::actors
