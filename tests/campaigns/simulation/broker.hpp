// A simulated broker: one stream, split into partitions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "campus.hpp"
#include "rng.hpp"

namespace recapd::simulation {

/// A message as a consumer gets it.
struct parcel {
  const planned *of = nullptr;  ///< none: another took its place
  std::string consumer;
  std::uint64_t stream_seq = 0;
  std::uint64_t consumer_seq = 0;
  instant stored_at;
};
/// Called for each parcel, when it arrives.
using parcel_handler = std::function<void(const parcel &)>;

/// Behaves as JetStream: a partition has one consumer at most; what it does not
/// acknowledge comes again, to it or to the next one. Acknowledgements of a
/// consumer that is gone are not heard. A message may get lost on its way.
class broker {
public:
  struct surroundings {
    std::function<instant()> now;
    std::function<void(instant, std::function<void()>)> at;
    std::function<void(const planned &)> acknowledged;
    std::function<bool()> loses;  ///< true: a message is lost on its way
  };

  broker(unsigned partitions, std::uint64_t seed, surroundings around)
      : around_{std::move(around)}, rng_{seed, 7}, parts_(partitions) {}

  [[nodiscard]] unsigned partitions() const { return unsigned(parts_.size()); }
  [[nodiscard]] unsigned partition_of(const std::string &session) const;

  void publish(const planned &p);
  /// Replaces the partition's consumer.
  void create_consumer(unsigned partition, std::string name, parcel_handler to);
  /// Sends `count` more messages to that consumer, as they come.
  void pull(unsigned partition, const std::string &consumer, std::size_t count);
  void acknowledge(unsigned partition, const std::string &consumer,
                   std::uint64_t stream_seq);

  [[nodiscard]] std::uint64_t redelivered() const { return redelivered_; }

private:
  struct letter {
    const planned *of = nullptr;
    instant stored_at;
    int deliveries = 0;
  };
  struct reading {
    std::string name;
    parcel_handler to;
    std::uint64_t sent = 0;  ///< the last stream seq
    std::uint64_t count = 0;
    std::size_t asked = 0;
    std::map<std::uint64_t, std::uint64_t> unheard;  ///< seq: its delivery
    std::set<std::uint64_t> again;
    instant free_at{};  ///< messages do not overtake each other
  };
  struct queue {
    std::uint64_t last = 0;
    std::map<std::uint64_t, letter> log;  ///< not acknowledged
    std::optional<reading> reader;
  };

  [[nodiscard]] reading *find(unsigned partition, const std::string &name);
  void pump(unsigned partition);
  void deliver(unsigned partition, std::uint64_t seq);
  void expect_answer(unsigned partition, const std::string &name,
                     std::uint64_t seq, std::uint64_t delivery);

  surroundings around_;
  random_source rng_;
  std::vector<queue> parts_;
  std::uint64_t redelivered_ = 0;
};

}  // namespace recapd::simulation
