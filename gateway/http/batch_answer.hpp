// The answer to a batch of commands: outcomes in order, bounded in bytes while
// they come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "actors/engine/engine.hpp"

namespace recapd::gateway::http {

/// Thread safe. However many outcomes come, and in whichever order, it holds no
/// more than the bound: the sessions that stand beyond it are dropped at once.
/// What an outcome has besides its session always has room.
class batch_answer {
public:
  batch_answer(std::size_t size, std::size_t most_bytes);

  /// Puts an outcome in its place, or another in place of that one.
  void put(std::size_t slot, actors::outcome o);
  /// True where a session in this place would be dropped.
  [[nodiscard]] bool beyond(std::size_t slot) const;
  /// The outcome that stands there.
  [[nodiscard]] actors::outcome at(std::size_t slot) const;
  /// The JSON array, when every place is filled.
  [[nodiscard]] std::string text() const;

private:
  void set(std::size_t slot, actors::outcome o);

  mutable std::mutex guard_;
  std::vector<actors::outcome> slots_;
  std::set<std::size_t> with_session_;
  std::size_t most_bytes_;
  std::size_t bytes_;
  /// The first place whose session was dropped: none behind it stays.
  std::size_t cut_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace recapd::gateway::http
