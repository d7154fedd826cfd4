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

/// Returns, for each partition, whether `ours` has every bucket of it.
[[nodiscard]] std::vector<bool>
whole_partitions(const storage::bucket_set &ours, unsigned partitions);

/// Follows the partition's consumer, and lines up the messages of each session.
/// Not thread safe.
class partition {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Begins anew with a new consumer. Requires at_rest().
  void begin(std::string consumer);
  /// Takes nothing more of the consumer; the next one may begin at `retry_at`.
  void halt(time_point retry_at);

  [[nodiscard]] bool halted() const { return halted_; }
  /// Returns true while nothing of it is under way in the engine.
  [[nodiscard]] bool at_rest() const { return under_way_ == 0; }
  [[nodiscard]] const std::string &consumer() const { return consumer_; }
  [[nodiscard]] time_point retry_at() const { return retry_at_; }

  /// Returns how many messages to ask for now; they count as asked for until
  /// `until`.
  [[nodiscard]] std::size_t ask(std::size_t window, time_point now,
                                time_point until);
  /// Returns true when what was asked for has neither come nor ended in time:
  /// the consumer is gone. The server tells only who was asking when it went.
  [[nodiscard]] bool unheard(time_point now) const {
    return !halted_ && asked_ > 0 && now >= asked_until_;
  }
  /// Notes that the server will send nothing more of what was asked for.
  void asked_ended() { asked_ = 0; }

  /// Returns what came of it and is still in the stream.
  [[nodiscard]] deliveries &delivered() { return delivered_; }
  /// Returns true while something that came is not done.
  [[nodiscard]] bool busy() const { return !taken_.empty(); }

  enum class arrival_kind : std::uint8_t { taken, known, gap };
  /// Notes a message that came. Returns `known` if it is under way already,
  /// `gap` if one before it got lost on the way.
  [[nodiscard]] arrival_kind arrived(const delivery &d);

  /// Puts an item into its session's line. Returns it if it may be submitted
  /// now, else null.
  [[nodiscard]] item_ptr line_up(const item_ptr &item);
  /// Begins an item that needs no place in a line.
  void begin_alone() { ++under_way_; }
  /// Ends an item, which is done, durably unless the partition is halted.
  /// Returns the next of its session, or null.
  [[nodiscard]] item_ptr finished(const item &item);

private:
  std::string consumer_;
  bool halted_ = true;
  time_point retry_at_{};
  std::uint64_t last_delivery_ = 0;
  std::size_t asked_ = 0;
  time_point asked_until_{};
  std::size_t under_way_ = 0;
  std::set<std::uint64_t> taken_;  ///< stream seqs of what is not done
  deliveries delivered_;
  std::map<std::string, std::deque<item_ptr>, std::less<>> lines_;
};

}  // namespace recapd::gateway::nats
