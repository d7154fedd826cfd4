// The erasure of what one person wrote, step by step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include "storage/store.hpp"

namespace recapd::gateway::http {

/// Goes through all that is stored in bounded steps: the name, what waits, dead
/// letters, sessions. It does so until it finds nothing more, as what was under
/// way meanwhile may have been written behind it.
class person_erasure {
public:
  /// A step ends with what it is at once it has taken that long.
  explicit person_erasure(
      storage::erasure what,
      std::chrono::milliseconds longest_step = std::chrono::milliseconds{100})
      : what_{std::move(what)}, longest_step_{longest_step} {}

  /// Does the next step. Returns false once all is done. A step that throws
  /// storage_error may be tried again.
  bool step(storage::store &store);

  /// Returns how many sessions' texts were erased.
  [[nodiscard]] std::int64_t sessions() const { return sessions_; }
  [[nodiscard]] const storage::erasure &what() const { return what_; }

private:
  // What waits may become a dead letter, and a dead letter may wait again.
  enum class part { name, waiting, letters, waiting_again, sessions };

  void step_waiting(storage::store &store, part then);
  void step_letters(storage::store &store);
  void search_sessions(storage::store &store);
  void step_sessions(storage::store &store);
  void go_on(part next);
  [[nodiscard]] bool time_is_over() const;

  storage::erasure what_;
  std::chrono::milliseconds longest_step_;
  std::chrono::steady_clock::time_point began_;  ///< the present step
  part at_ = part::name;
  std::int64_t after_ = 0;              ///< the last row or letter looked at
  std::deque<std::string> to_do_ = {};  ///< sessions that were found
  bool searched_ = false;               ///< for those
  std::string sessions_after_ = {};  ///< where the search for sessions goes on
  bool found_ = false;               ///< this round erased something
  bool done_ = false;
  std::int64_t sessions_ = 0;
};

}  // namespace recapd::gateway::http
