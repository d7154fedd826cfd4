// Tells that a stream of the broker was gone and was made again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "actors/readiness.hpp"

namespace recapd::gateway::nats {

/// Logs each loss of a stream, and has it be a warning of the node's readiness
/// for a while. For one thread. The readiness must outlive it.
class stream_loss {
public:
  using time_point = std::chrono::steady_clock::time_point;

  stream_loss(actors::readiness &words, std::string code,
              std::chrono::milliseconds told)
      : words_{words}, code_{std::move(code)}, told_{told} {}

  /// Tells of a loss; `sentence` says what was lost, and what to do.
  void tell(const std::string &sentence, time_point now);
  /// Takes the warning back when its time is over.
  void pass(time_point now);

private:
  actors::readiness &words_;
  std::string code_;
  std::chrono::milliseconds told_;
  std::optional<time_point> until_;
};

}  // namespace recapd::gateway::nats
