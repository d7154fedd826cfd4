// The lease checker: compares what nodes were told to serve with what they
// commit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/ownership.hpp"
#include "storage/leases.hpp"

namespace recapd::simulation {

/// Follows the leases by what the nodes are told, not by the table. Two nodes
/// never hold one bucket at the same moment; whoever was told that it lost one
/// commits nothing of it any more, once what was under way has ended.
class lease_checker {
public:
  using time_point = actors::ownership::time_point;

  explicit lease_checker(std::size_t nodes) : nodes_(nodes) {}

  /// Notes that a process begins, or a new one of the same place.
  void begins(std::size_t node);
  /// Notes that the node is dead, or has left.
  void ends(std::size_t node);
  /// Notes the answer to a heartbeat of the node; what the node holds it holds
  /// until `until`.
  void told(std::size_t node, const storage::heartbeat_answer &answer,
            time_point now, time_point until);
  /// Notes that the number of shards changed: what two nodes were told may
  /// overlap until each was told again.
  void resharded();
  /// Notes that the node gets work of this bucket, whoever serves the bucket.
  void handed(std::size_t node, unsigned bucket);
  /// Notes that the node's actors have no message left.
  void at_rest(std::size_t node);

  /// Checks a commit of the node that was written.
  void committed(std::size_t node, unsigned bucket);
  /// Counts a commit of the node that was refused.
  void refused(std::size_t node, unsigned bucket);
  /// Returns true if another node was told to hold the bucket since.
  [[nodiscard]] bool stale(std::size_t node, unsigned bucket) const;

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  /// Returns how often shards were lost by expiry, and how many commits of
  /// stale nodes were written or refused.
  [[nodiscard]] const std::map<std::string, std::uint64_t> &seen() const {
    return seen_;
  }

private:
  using epochs = std::array<std::uint32_t, workflows::bucket_count>;
  struct belief {
    std::uint64_t process = 0;   ///< 0: none runs
    storage::bucket_set held;    ///< with those that it is giving up
    storage::bucket_set served;  ///< of `held`: those that it does not give up
    storage::bucket_set handed;  ///< it got work of them, or ever held them
    storage::bucket_set lost;    ///< it was told that it holds them no more
    storage::bucket_set rested;  ///< of `lost`: what was under way has ended
    time_point until{};
    bool resharded = false;
    epochs epoch{};
  };
  void compare(std::size_t node, time_point now);
  void violation(std::size_t node, unsigned bucket, const std::string &what);

  std::vector<belief> nodes_;
  std::uint64_t processes_ = 0;
  std::array<std::uint64_t, workflows::bucket_count> holder_{};
  epochs epoch_{};
  std::map<std::pair<unsigned, std::uint32_t>, std::uint64_t> writers_;
  std::map<std::string, std::uint64_t> seen_;
  std::vector<std::string> violations_;
};

}  // namespace recapd::simulation
