// The metrics that only the database knows, read when somebody looks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "actors/engine/engine.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace recapd::gateway::http {

/// Reads the gauges, at no cost while nobody asks for them. Thread safe.
class database_gauges {
public:
  database_gauges();

  /// Calls `then` when the gauges are as new as they get: from any thread, and
  /// at once when they were read within the last second, an earlier reading is
  /// under way, or the database cannot be asked.
  void refresh(actors::engine &engine, metrics &meters,
               const std::function<void()> &then);

private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace recapd::gateway::http
