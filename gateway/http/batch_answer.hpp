// The answer to a batch of commands: outcomes in order, bounded in bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "actors/engine/engine.hpp"

namespace recapd::gateway::http {

/// Gathers a batch's outcomes, thread safe. However many come, and in whichever
/// order, it holds no more than the bound: the sessions that stand beyond it
/// are dropped at once. What an outcome has besides its session always has
/// room.
class batch_answer {
public:
  batch_answer(std::size_t size, std::size_t most_bytes);

  /// Puts an outcome in its place; one that is there gives way.
  void put(std::size_t slot, actors::outcome o);
  /// Returns true where a session in this place would be dropped.
  [[nodiscard]] bool beyond(std::size_t slot) const;
  /// Returns the outcome in this place.
  [[nodiscard]] actors::outcome at(std::size_t slot) const;
  /// Returns the JSON array, once every place is filled.
  [[nodiscard]] std::string text() const;

private:
  void set(std::size_t slot, actors::outcome o);

  mutable std::mutex mutex_;
  std::vector<actors::outcome> slots_;
  std::size_t most_bytes_;
  std::size_t bytes_;
  /// No place from here on has a session; the number of places at first.
  std::size_t cut_;
};

}  // namespace recapd::gateway::http
