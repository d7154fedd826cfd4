// A real engine on a store in memory behind real connections.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "actors/engine/engine.hpp"
#include "gateway/http/connection.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "storage/memory/store.hpp"

namespace recapd::fuzz {

enum class who : unsigned char { trusted, by_token };

/// A node with some sessions (fresh, ready, waiting), whose clock stands still.
class http_world {
public:
  http_world();
  ~http_world();
  http_world(const http_world &) = delete;
  http_world &operator=(const http_world &) = delete;

  /// Sends the bytes on a fresh connection, `piece` of them at a time, then
  /// ends its sending; what came back until the node closed. A node that does
  /// not close within a bound is a finding.
  [[nodiscard]] std::string exchange(std::string_view bytes, std::size_t piece,
                                     who caller);

  /// Anything stored, or a moved clock: the next input needs a fresh world.
  [[nodiscard]] bool changed() const;
  /// Every invariant of the database holds, or it is a finding.
  void check() const;

private:
  struct size_of_all;
  class service;
  [[nodiscard]] size_of_all measure() const;
  void seed();
  void submit(std::string_view who, std::string_view session,
              workflows::command what);

  std::shared_ptr<storage::memory::database> database_;
  std::shared_ptr<actors::manual_clock> time_;
  gateway::metrics meters_;
  std::unique_ptr<actors::engine> engine_;
  std::unique_ptr<service> trusted_, by_token_;
  std::unique_ptr<size_of_all> seeded_;
  int commands_ = 0;
};

}  // namespace recapd::fuzz
