// A node's consumer of the simulated broker: the NATS ingress with its own
// partitions (gateway/nats/partition.hpp), without its library and threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker.hpp"
#include "gateway/nats/partition.hpp"

namespace recapd::simulation {

/// Reads a partition while its node serves all of its sessions. Acknowledges
/// what the node has answered.
class partition_reader : public std::enable_shared_from_this<partition_reader> {
public:
  struct surroundings {
    std::function<storage::bucket_set()> buckets;
    std::function<instant()> now;
    /// Takes a message to the node, whose answer comes by `answered`.
    std::function<void(const gateway::nats::item_ptr &)> submit;
    /// Called with how long until `look`.
    std::function<void(std::chrono::microseconds)> wake;
    /// Called with a durable command just before its message is acknowledged.
    std::function<void(const actors::submission &)> acknowledges;
    /// Called with what came; it goes to `arrived` when the node runs.
    std::function<void(const parcel &)> arrives;
  };

  partition_reader(broker &from, std::string token, surroundings around)
      : broker_{from}, token_{std::move(token)}, around_{std::move(around)} {}

  /// Takes up what it should read, lets go of what it should not, and pulls.
  void look();
  void arrived(const parcel &p);
  void answered(const gateway::nats::item_ptr &item, bool fault);
  /// The connection was lost, and came back.
  void reconnect();

private:
  using time_point = gateway::nats::partition::time_point;
  [[nodiscard]] time_point now() const {
    return time_point{around_.now().time_since_epoch()};
  }
  void begin(unsigned n, gateway::nats::partition &p);
  void replaced(const std::string &consumer);
  void submit(const gateway::nats::item_ptr &item);
  void acknowledge(const gateway::nats::item &item);

  broker &broker_;
  std::string token_;
  surroundings around_;
  std::map<unsigned, gateway::nats::partition> partitions_;
  std::uint64_t generation_ = 0;
};

}  // namespace recapd::simulation
