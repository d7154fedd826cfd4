// The partitions that this node consumes, and by which consumers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/nats/link.hpp"
#include "gateway/nats/partition.hpp"
#include "gateway/nats/settings.hpp"
#include "storage/store.hpp"

namespace recapd::gateway::nats {

/// Begins, asks and halts the node's partitions. Not thread safe.
class consumers {
public:
  using time_point = partition::time_point;
  using partition_map = sweeper::partition_map;

  consumers(unsigned partitions, const tuning &tuning);

  [[nodiscard]] partition_map &all() { return all_; }
  /// Returns the number and the partition that a consumer serves; null if it
  /// serves none, or no longer.
  [[nodiscard]] partition_map::value_type *find(std::string_view consumer);

  /// Has the partitions of which `ours` has every bucket; others are halted,
  /// and dropped when they are at rest.
  void keep(const storage::bucket_set &ours);

  struct begun {
    time_point again;     ///< when a partition is due next
    std::string trouble;  ///< why some could not be begun; empty: all were
  };
  /// Makes consumers for the partitions that are halted and due, until
  /// `stopping` returns true. Throws error when the server does not answer at
  /// all.
  [[nodiscard]] begun begin_due(link &link,
                                const std::function<bool()> &stopping);

  /// Asks for messages if `more` are wanted, with answers to subjects below
  /// `inbox`. Returns whether it halted a partition that got no answer.
  bool pull(link &link, const std::string &inbox, bool more);

  /// Halts, now and then, the partitions whose consumer the server's list
  /// lacks: a server may go on with one that the cluster does not know (2.9.10,
  /// after another server was killed), and nobody could ever delete it.
  void compare_with_list(link &link);
  /// Has compare_with_list() compare at its next call: a consumer vanished.
  void suspect() { compare_at_ = {}; }

  /// Returns true when some sessions that the node serves are in no partition
  /// that it has all of: there are fewer partitions than shards.
  [[nodiscard]] bool torn() const { return torn_; }

  void halt_all(time_point retry_at = {});
  [[nodiscard]] bool at_rest() const;

private:
  void warn_if_torn(const storage::bucket_set &ours);
  [[nodiscard]] std::string begin(link &link, std::span<const unsigned> numbers,
                                  const std::vector<std::string> &there);
  void make_consumer(link &link, unsigned n, const std::string &name,
                     const std::vector<std::string> &there) const;
  [[nodiscard]] std::size_t window() const;

  unsigned partitions_;
  tuning tuning_;
  partition_map all_;
  std::vector<bool> held_;
  bool torn_ = false;
  std::string token_;  ///< of this run, in the consumers' names
  std::uint64_t generation_ = 0;
  time_point compare_at_{};
};

}  // namespace recapd::gateway::nats
