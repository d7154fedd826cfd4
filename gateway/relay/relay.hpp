// The relay: carries commands and their outcomes between nodes, by HTTP.
//
// What goes to one node is posted to that node's address with that node's
// secret, commands in their order, many in a packet. The post is answered when
// the packet was taken, and the outcomes come as packets of the other node: no
// command waits for another's outcome. Nodes know each other by their leases.
//
// Commands are sent to a node only once it has answered a ping, so that they
// never wait for one that is out of reach, or to which this one is. What a node
// does not take, and what it does not answer in time, is answered here with
// `outcome_unknown`; the asking node then tries by the database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/relay.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::relay {

/// The path under which a node takes packets.
inline constexpr std::string_view packet_path = "/internal/relay";
/// The most bytes of a packet.
inline constexpr std::size_t max_packet_bytes = std::size_t{16} * 1024 * 1024;
/// The most bytes of one item; what is longer goes another way.
inline constexpr std::size_t max_item_bytes = max_packet_bytes / 2;

struct tuning {
  /// A packet that is longer, or has more items, gets no further ones.
  std::size_t full_bytes = std::size_t{1} * 1024 * 1024;
  std::size_t full_items = 1000;
  std::chrono::milliseconds answer{5000};  ///< for an outcome to come
  std::chrono::milliseconds connect{500};
  std::chrono::milliseconds post{1000};  ///< for a packet to be taken
  /// A node with open commands of which nothing is heard for so long gets a
  /// ping; so is one that was lost, as long as there is something for it.
  std::chrono::milliseconds quiet{1000};
  /// Between tries of a packet of outcomes that was not taken.
  std::chrono::milliseconds retry{100};
};

/// One node's relay. Thread safe.
class relay {
public:
  /// `self` is this node as others have to know it; without a secret one is
  /// drawn. The metrics must outlive the relay. Throws std::runtime_error where
  /// libcurl does not start.
  relay(storage::other_node self, metrics &meters, tuning t = {});
  /// Calls close() and stop().
  ~relay();
  relay(const relay &) = delete;
  relay &operator=(const relay &) = delete;

  [[nodiscard]] const storage::other_node &self() const;
  /// Returns true if an Authorization field has this node's secret. Takes the
  /// same time for every wrong one.
  [[nodiscard]] bool knows(std::string_view authorization) const;

  /// Hands a command over, as actors::relay_function says.
  [[nodiscard]] bool send(const storage::other_node &to,
                          const actors::submission &what,
                          const actors::reply<actors::outcome> &done);
  /// Takes commands back from nodes that are not among these.
  void know(const std::vector<storage::other_node> &live);
  /// Takes an answer that came for a command of this node. One that nobody
  /// waits for any more is dropped.
  void arrived(std::uint64_t number, actors::answer<actors::outcome> a);
  /// Takes the answer to a ping.
  void ponged(std::uint64_t number);

  /// Sends an answer to the node that has asked; again, until that node takes
  /// it or has given it up.
  void answer(const storage::other_node &to, std::uint64_t number,
              const actors::answer<actors::outcome> &a);
  /// Answers a ping.
  void pong(const storage::other_node &to, std::uint64_t number);

  /// Calls `tell` when other nodes are out of reach that commands should go to:
  /// with their names, addresses and reasons, and with an empty text when there
  /// are none any more. It is not called after stop().
  void watch(std::function<void(const std::string &out_of_reach)> tell);

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
