// Several nodes on one database, and which of them serves what.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/run.hpp"
#include "workflows/ids.hpp"

namespace recapd::bench {

class fleet {
public:
  /// What the nodes' connections are called in pg_stat_activity.
  static constexpr const char *application = "recapd-of-bench";

  /// Starts `count` nodes one after another, and returns when each holds its
  /// fair share of the shards and no shard is nobody's. Throws
  /// std::runtime_error when that does not come about.
  fleet(bench_run &b, const std::string &database, std::size_t count);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] unsigned short port(std::size_t place) const {
    return nodes_[place]->port();
  }
  /// Returns the place of the node that serves the session.
  [[nodiscard]] std::size_t place_of(const std::string &session) const {
    return holders_[workflows::bucket_of(session)];
  }
  /// Returns the CPU seconds of all nodes.
  [[nodiscard]] double cpu() const;
  /// Throws std::runtime_error if a shard has gone to another node meanwhile.
  void require_same_shares() const;
  void stop();

private:
  using places = std::array<std::size_t, workflows::bucket_count>;

  void await_shares();

  std::string database_;
  std::vector<std::unique_ptr<node>> nodes_;
  places holders_{};
};

}  // namespace recapd::bench
