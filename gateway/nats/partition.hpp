// One partition of the command stream as this node sees it.
//
// Each consumer of a partition has a name of its own. Whoever begins with a
// partition, or begins again after anything went wrong, deletes the consumer
// that is there and makes another: that shuts out a node that served it before,
// and brings everything that is still in the stream, at once and in order. What
// was done already comes as a duplicate.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/nats/deliveries.hpp"
#include "gateway/nats/item.hpp"
#include "storage/store.hpp"

namespace recapd::gateway::nats {

/// The partitions of which `ours` has every bucket.
[[nodiscard]] std::vector<bool>
whole_partitions(const storage::bucket_set &ours, unsigned partitions);

/// Not thread safe.
class partition {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Under a new consumer everything begins anew. Only at rest.
  void begin(std::string consumer);
  /// Takes nothing more of this consumer; to be begun again at `retry_at`.
  void halt(time_point retry_at);

  [[nodiscard]] bool halted() const { return halted_; }
  /// Nothing of it is under way in the engine.
  [[nodiscard]] bool at_rest() const { return under_way_ == 0; }
  [[nodiscard]] const std::string &consumer() const { return consumer_; }
  [[nodiscard]] time_point retry_at() const { return retry_at_; }

  /// How many messages to ask for now; the answer counts as asked until
  /// `until`.
  [[nodiscard]] std::size_t ask(std::size_t window, time_point now,
                                time_point until);
  /// What was asked for has neither come nor ended in time: the consumer is
  /// gone. The server tells only who was asking when it went.
  [[nodiscard]] bool unheard(time_point now) const {
    return !halted_ && asked_ > 0 && now >= asked_until_;
  }
  /// The server will send nothing more of what was asked for.
  void asked_ended() { asked_ = 0; }

  /// What came of it and is still in the stream.
  [[nodiscard]] deliveries &delivered() { return delivered_; }
  /// Something that came is not done.
  [[nodiscard]] bool busy() const { return !taken_.empty(); }

  enum class arrival_kind : std::uint8_t { taken, known, gap };
  /// A message came. `known`: it is under way already. `gap`: one before it
  /// got lost on the way.
  [[nodiscard]] arrival_kind arrived(const delivery &d);

  /// The item gets into its session's line; what may be submitted now, if
  /// anything.
  [[nodiscard]] item_ptr line_up(const item_ptr &item);
  /// One that needs no place in a line.
  void begin_alone() { ++under_way_; }
  /// The item is done with, durably unless the partition is halted; the next of
  /// its session.
  [[nodiscard]] item_ptr finished(const item &item);

private:
  std::string consumer_;
  bool halted_ = true;
  time_point retry_at_{};
  std::uint64_t last_delivery_ = 0;
  std::size_t asked_ = 0;
  time_point asked_until_{};
  std::size_t under_way_ = 0;
  std::set<std::uint64_t> taken_;  ///< stream seqs, not done
  deliveries delivered_;
  std::map<std::string, std::deque<item_ptr>, std::less<>> lines_;
};

}  // namespace recapd::gateway::nats
