// Leases: which node serves which shard.
//
// A shard is a set of buckets (bucket modulo the number of shards). A node is
// live while its heartbeats come; it takes its fair share of the shards that no
// live node has and is told which of its own are more than its share. Leases
// are for speed, not for safety: where two nodes believe that they serve a
// session, the store refuses one of them (storage/store.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::storage {

using workflows::instant;

/// The exception for a node under whose name another process has joined since.
class name_taken : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The exception for more shards than a node that reads NATS has partitions.
class few_partitions : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A node, as other nodes see it.
struct member {
  std::string name;
  std::string incarnation;   ///< `PID-NUMBER` of the process under this name
  std::string address = {};  ///< `HOST:PORT` where others reach the node
  std::string secret = {};   ///< what it asks of other nodes; empty: no relay
  instant started_at;
  instant expires_at;     ///< when the lease of its last heartbeat ends
  bool draining = false;  ///< the node releases its shards and takes none
  int partitions = 0;     ///< its NATS partitions; 0: it reads none
  /// How far its clock is ahead of the database's, by its last heartbeat.
  std::chrono::microseconds ahead{0};
};

/// All members and leases: some nodes and at most 1,024 shards.
struct lease_table {
  int shards = 64;
  std::map<std::string, member, std::less<>> members;
  std::map<int, std::string> holders;  ///< by shard; a free shard has no entry
};

/// What a node tells by a heartbeat.
struct heartbeat {
  std::string node;
  std::string incarnation;
  std::string address = {};
  std::string secret = {};
  std::chrono::milliseconds expiry{10000};
  bool joining = false;  ///< the process's first heartbeat takes the name over
  bool leaving = false;  ///< the node wants no shards any more
  std::vector<int> released = {};  ///< shards that it had and serves no more
  int partitions = 0;              ///< its NATS partitions, as in member
  std::chrono::microseconds ahead{0};  ///< its clock, as in member
};

/// How far a node is behind.
struct node_lag {
  std::int64_t inbox_rows = 0;  ///< inbox rows that are not decided
  /// The time since the oldest row was received, or the earliest timer was due.
  std::chrono::milliseconds behind{0};
};

/// Another live node that takes commands from nodes, and its shards.
struct other_node {
  std::string name;
  std::string address;
  std::string secret;
  std::vector<int> shards;
};

/// What a node is told in answer to its heartbeat.
struct heartbeat_answer {
  int shards = 0;
  std::vector<int> leased;   ///< the node's shards, sorted
  std::vector<int> surplus;  ///< of `leased`, those to release once at rest
  bool drain = false;        ///< somebody asked the node to leave
  std::vector<other_node> others = {};
  instant now{};          ///< the time by the clock that measures leases
  int newest_policy = 0;  ///< the newest version of the policy; 0: not told
};

/// Returns true if there can be so many shards: a power of two up to 1,024.
[[nodiscard]] bool valid_shards(int shards);

/// Takes a heartbeat at `now` and returns what the node is told. The first one
/// of a process takes the name over, and with it the leases of an earlier
/// process of that name. Throws name_taken if a later process took it.
[[nodiscard]] heartbeat_answer beat(lease_table &table, const heartbeat &h,
                                    instant now);

/// Removes the node and its leases, unless another process has its name.
void leave(lease_table &table, std::string_view node,
           std::string_view incarnation);

/// Changes the number of shards. Where shards are split every bucket keeps its
/// holder; where they are joined the holder of the lowest gets all. Returns
/// false if there cannot be so many. Throws few_partitions where a partition of
/// a live node would lie in several shards: then perhaps no node serves all of
/// it, and only a node that does consumes it.
[[nodiscard]] bool reshard(lease_table &table, int shards, instant now);

/// Leases by one connection. Blocking; not thread safe; every call may throw
/// storage_error.
class lease_store {
public:
  virtual ~lease_store() = default;
  [[nodiscard]] virtual heartbeat_answer beat(const heartbeat &h) = 0;
  virtual void leave(std::string_view node, std::string_view incarnation) = 0;
  /// Returns the whole table, and the time of the leases' clock.
  [[nodiscard]] virtual std::pair<lease_table, instant> look() = 0;
  /// Returns the lag by node, without nodes for which nothing waits.
  [[nodiscard]] virtual std::map<std::string, node_lag> lag() = 0;
  /// Asks the node to drain; returns false if there is no such node.
  [[nodiscard]] virtual bool ask_to_drain(std::string_view node) = 0;
  /// Changes the number of shards; returns false if there cannot be so many.
  /// Throws few_partitions.
  [[nodiscard]] virtual bool set_shards(int shards) = 0;
};

using lease_store_factory = std::function<std::unique_ptr<lease_store>()>;

}  // namespace recapd::storage
