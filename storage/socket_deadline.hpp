// A bound on how long a thread waits for what comes by a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace recapd::storage {

/// Shuts `socket` down once `bound` has passed while the object lives, so that
/// a thread that waits for the socket wakes up to its end. The kernel does not
/// bound that wait: a server that is frozen still acknowledges what it
/// receives. A bound of 0 or less is none. Thread safe; the socket must stay
/// open as long as the object lives.
class socket_deadline {
public:
  socket_deadline(int socket, std::chrono::milliseconds bound);
  ~socket_deadline();
  socket_deadline(const socket_deadline &) = delete;
  socket_deadline &operator=(const socket_deadline &) = delete;

  /// Returns true once the bound has passed and the socket was shut down.
  [[nodiscard]] bool passed() const;

private:
  struct entry;
  class watch;
  entry *entry_ = nullptr;
};

}  // namespace recapd::storage
