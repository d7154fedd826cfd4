// Which node serves which shard.
//
// A shard is a set of buckets (bucket modulo the number of shards). A node is
// live while its heartbeats come; it takes its fair share of the shards that
// no live node has and is told which of its own are more than its share.
// Leases make for speed, not for safety: what two nodes both believe in, the
// store refuses (storage/store.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::storage {

using workflows::instant;

/// Another process has joined under this node's name since.
class name_taken : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// There would be more shards than a node that reads NATS has partitions.
class few_partitions : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A node as the others see it.
struct member {
  std::string name;
  std::string incarnation;  ///< `PID-NUMBER` of the process of this name
  std::string address;      ///< where it listens, for people
  instant started_at;
  instant expires_at;     ///< of its last heartbeat
  bool draining = false;  ///< it releases its shards and takes no more
  int partitions = 0;     ///< of NATS; 0: it does not read from there
};

/// All of it, small: some nodes and at most 1,024 shards.
struct lease_table {
  int shards = 64;
  std::map<std::string, member, std::less<>> members;
  std::map<int, std::string> holders;  ///< by shard; of nobody: not there
};

/// What a node says by a heartbeat.
struct heartbeat {
  std::string node;
  std::string incarnation;
  std::string address;
  std::chrono::milliseconds expiry{10000};
  bool joining = false;       ///< the process's first: it takes the name over
  bool leaving = false;       ///< it wants no shards any more
  std::vector<int> released;  ///< of those it had: it serves them no more
  int partitions = 0;         ///< as a member's
};

/// What a node is told in answer to its heartbeat.
struct heartbeat_answer {
  int shards = 0;
  std::vector<int> leased;   ///< the shards that it has, sorted
  std::vector<int> surplus;  ///< of `leased`: to be released once at rest
  bool drain = false;        ///< somebody asked it to leave
  instant now{};             ///< by the clock that leases are measured by
};

/// True if `shards` buckets can be dealt out: a power of two up to 1,024.
[[nodiscard]] bool valid_shards(int shards);

/// Takes a heartbeat at `now`. The first of a process takes the name over, and
/// with it the leases of an earlier process of that name. Throws name_taken if
/// a later process has.
[[nodiscard]] heartbeat_answer beat(lease_table &table, const heartbeat &h,
                                    instant now);

/// The node is gone, and holds nothing; unless another process has its name.
void leave(lease_table &table, std::string_view node,
           std::string_view incarnation);

/// Another number of shards: every bucket keeps its holder where shards are
/// split; where they are joined the holder of the lowest keeps all. False if
/// that number cannot be. Throws few_partitions where a partition of a live
/// node would lie in several shards: nobody might serve all of it, and only who
/// does consumes it.
[[nodiscard]] bool reshard(lease_table &table, int shards, instant now);

/// One connection's worth. Blocking; not thread safe; every call may throw
/// storage_error.
class lease_store {
public:
  virtual ~lease_store() = default;
  [[nodiscard]] virtual heartbeat_answer beat(const heartbeat &h) = 0;
  virtual void leave(std::string_view node, std::string_view incarnation) = 0;
  /// Everything, and the database's time.
  [[nodiscard]] virtual std::pair<lease_table, instant> look() = 0;
  /// False if there is no such node.
  [[nodiscard]] virtual bool ask_to_drain(std::string_view node) = 0;
  /// False if that number cannot be. Throws few_partitions.
  [[nodiscard]] virtual bool set_shards(int shards) = 0;
};

using lease_store_factory = std::function<std::unique_ptr<lease_store>()>;

/// Leases in memory, for several nodes of one process.
struct shared_leases {
  std::mutex lock;
  lease_table table;
};
[[nodiscard]] std::unique_ptr<lease_store>
open_memory_leases(std::shared_ptr<shared_leases> leases,
                   std::function<instant()> now);

}  // namespace recapd::storage
