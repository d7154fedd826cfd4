// The lease keeper: sends the node's heartbeats and applies their answers.
//
// A heartbeat says that the node lives, and takes the shards that are its
// share. The keeper drains shards beyond the share, and tells the node's actors
// what changed. A shard that drains is released only when its sessions are at
// rest; one that was lost (the node was silent for too long) is dropped at
// once. A node that leaves drains all, and takes none. A node whose clock does
// not agree with the database's serves nothing, and leaves its share to others
// until the clocks agree again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "storage/leases.hpp"

namespace recapd::actors {

/// Sent to itself: the next heartbeat is due.
struct beat_now {};
/// Sent when a shard's token goes: its sessions' actors have ended. `drain`
/// says by which of the keeper's drains.
struct shard_at_rest {
  int shard = 0;
  int drain = 0;
};
/// Sent to itself, behind all shards that are at rest by now: release them.
struct release_now {};
/// Sent by the engine: the node drains.
struct leave_now {};
using lease_keeper_ref =
    caf::typed_actor<caf::reacts_to<beat_now>, caf::reacts_to<shard_at_rest>,
                     caf::reacts_to<release_now>, caf::reacts_to<leave_now>>;

/// What a node needs to share sessions with other nodes.
struct lease_parts {
  storage::lease_store_factory stores;
  storage::heartbeat who;         ///< what is the same in every heartbeat
  std::function<void()> changed;  ///< called when other buckets are served
  /// The function that is called once if somebody asks the node to leave, or
  /// another process takes its name. The sentence says which.
  std::function<void(std::string why)> leave;
};

/// Sends the first heartbeat, before any command is taken: what nobody else
/// serves is served at once. Where `clocks` finds that the node's clock does
/// not agree with the database's, the node leaves again and serves nothing.
/// Throws storage_error.
void join(const lease_parts &parts, ownership &owned, const clock &time,
          clock_watch *clocks = nullptr);

class lease_keeper_state {
public:
  static inline const char *name = "lease keeper";
  lease_keeper_state() = default;

  void begin(lease_keeper_ref self, context_ptr node, lease_parts parts);
  /// Sends one heartbeat; returns how long to wait until the next.
  [[nodiscard]] std::chrono::milliseconds beat();
  void at_rest(const shard_at_rest &m);
  void release();
  void hand_over();

private:
  [[nodiscard]] storage::heartbeat_answer ask(const storage::heartbeat &h);
  void apply(const storage::heartbeat_answer &told,
             ownership::time_point until);
  /// Reads the versions of the policy that came since.
  void read_policies();
  void drain_surplus(const storage::heartbeat_answer &told);
  void report_leases(const storage::heartbeat_answer &told);
  void tell_expired();
  void tell_shards(const storage::bucket_set &buckets, bool at_once,
                   std::shared_ptr<const shard_tokens> until_done);
  void ask_to_leave(const std::string &why);

  lease_keeper_ref self_;
  context_ptr node_;
  lease_parts parts_;
  std::unique_ptr<storage::lease_store> store_;
  int shards_ = 0;
  storage::bucket_set leased_;  ///< including buckets that drain
  std::vector<int> held_;       ///< the shards that were leased last
  std::map<int, int>
      draining_;  ///< shards that are surplus, and by which drain
  int drains_ = 0;
  std::vector<int> released_;  ///< to be told by the next heartbeat
  bool releasing_ = false;     ///< release_now is under way
  bool leaving_ = false;
  bool aside_ = false;    ///< no member, as the clocks do not agree
  bool failing_ = false;  ///< the last heartbeat failed
};

lease_keeper_ref::behavior_type
lease_keeper(lease_keeper_ref::stateful_pointer<lease_keeper_state> self,
             context_ptr node, lease_parts parts);

}  // namespace recapd::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::beat_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::shard_at_rest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::release_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::leave_now)
