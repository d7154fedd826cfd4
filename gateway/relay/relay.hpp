// The relay: carries commands and their outcomes between nodes, by HTTP.
//
// What goes to one node goes in order, one packet at a time, and is posted to
// that node's address with the secret that only the database's nodes can read.
// The post is answered when the packet was taken, and the outcomes come as
// packets of the other node: no command waits for another's outcome. What a
// node does not take, and what is not answered in time, is answered here with
// `outcome_unknown`; the asking node then tries by the database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/relay.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::relay {

/// The path under which a node takes packets.
inline constexpr std::string_view packet_path = "/internal/relay";
/// The most bytes of a packet, for any number of items; one item may be as
/// long, and is not sent if it is longer.
inline constexpr std::size_t max_packet_bytes = std::size_t{16} * 1024 * 1024;

struct tuning {
  /// A packet that is longer, or has more items, gets no further ones.
  std::size_t full_bytes = std::size_t{1} * 1024 * 1024;
  std::size_t full_items = 1000;
  std::chrono::milliseconds answer{5000};  ///< for an outcome to come
  std::chrono::milliseconds connect{500};
  std::chrono::milliseconds post{1000};  ///< for a packet to be taken
  /// After a post that failed, the pause in which the node is sent nothing.
  std::chrono::milliseconds pause{1000};
};

/// One node's relay. Thread safe.
class relay {
public:
  /// `address` is where other nodes reach this one, `HOST:PORT`. Draws the
  /// secret that they need. The metrics must outlive it. Throws
  /// std::runtime_error where libcurl does not start.
  relay(std::string address, metrics &meters, tuning t = {});
  /// Calls close() and stop().
  ~relay();
  relay(const relay &) = delete;
  relay &operator=(const relay &) = delete;

  /// Returns this node as others have to know it.
  [[nodiscard]] const storage::other_node &self() const;
  /// Returns true if an Authorization field has this node's secret. Takes the
  /// same time for every wrong one.
  [[nodiscard]] bool knows(std::string_view authorization) const;

  /// Hands a command over, as actors::relay_function says.
  void send(const storage::other_node &to, const actors::submission &what,
            const actors::reply<actors::outcome> &done);
  /// Takes an answer that came for a command of this node. One that nobody
  /// waits for any more is dropped.
  void arrived(std::uint64_t number, actors::answer<actors::outcome> a);
  /// Sends an answer to the node that has asked.
  void answer(const storage::other_node &to, std::uint64_t number,
              const actors::answer<actors::outcome> &a);

  /// Hands nothing over any more; what waits is answered `outcome_unknown`.
  /// Answers to other nodes are still sent.
  void close();
  /// Sends what is still to be sent, for `tuning.post` at most, and ends.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::relay
