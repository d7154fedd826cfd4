// The lease witness: who was told to serve what, and who commits what.
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
class lease_witness {
public:
  using time_point = actors::ownership::time_point;

  explicit lease_witness(std::size_t nodes) : nodes_(nodes) {}

  /// A process begins, or a new one of the same place.
  void begins(std::size_t node);
  /// It is dead, or has left.
  void ends(std::size_t node);
  /// A heartbeat of it was answered; what it holds it holds until `until`.
  void told(std::size_t node, const storage::heartbeat_answer &answer,
            time_point now, time_point until);
  /// The number of shards changed: what two were told may overlap until each
  /// was told again.
  void resharded();
  /// It gets work of this bucket, whoever serves it.
  void handed(std::size_t node, unsigned bucket);
  /// It has no message left.
  void at_rest(std::size_t node);

  /// A commit of it was written, or refused.
  void committed(std::size_t node, unsigned bucket);
  void refused(std::size_t node, unsigned bucket);
  /// True if another was told of the bucket since.
  [[nodiscard]] bool stale(std::size_t node, unsigned bucket) const;

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  /// Shards lost by expiry, and what stale nodes wrote or were refused.
  [[nodiscard]] const std::map<std::string, std::uint64_t> &seen() const {
    return seen_;
  }

private:
  using epochs = std::array<std::uint32_t, workflows::bucket_count>;
  struct belief {
    std::uint64_t process = 0;  ///< 0: none runs
    storage::bucket_set held;   ///< with those it is giving up
    storage::bucket_set kept;
    storage::bucket_set handed;  ///< or ever held
    storage::bucket_set lost;
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
