// The bystander: a node whose webhook another node should post for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "actors/engine/engine.hpp"

namespace recapd::gateway::feed {

/// Warns where events wait for the webhook and the node that serves bucket 0
/// does not get on with them: it may lack `webhook.url`. For one thread.
class bystander {
public:
  explicit bystander(
      actors::engine &engine,
      std::chrono::steady_clock::duration patience = std::chrono::seconds{30})
      : engine_{engine}, patience_{patience} {}

  /// Looks again, every few seconds at most.
  void look();
  /// Ends the warning: this node posts by itself, or ends.
  void settle();

private:
  using moment = std::chrono::steady_clock::time_point;

  actors::engine &engine_;
  std::chrono::steady_clock::duration patience_;
  std::int64_t version_ = -1;  ///< of the cursor, when it last moved
  moment moved_{};
  moment next_look_{};
};

}  // namespace recapd::gateway::feed
