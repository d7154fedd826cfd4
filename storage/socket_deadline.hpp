// A bound on how long a thread waits for what comes by a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace recapd::storage {

/// While it lives, `socket` is shut down once `bound` has passed, so that
/// whoever waits for it wakes up to its end. A server that is frozen
/// acknowledges for ever: nothing that the kernel knows bounds that wait. A
/// bound of 0 or less is none. Thread safe; the socket must stay open for as
/// long as the object lives.
class socket_deadline {
public:
  socket_deadline(int socket, std::chrono::milliseconds bound);
  ~socket_deadline();
  socket_deadline(const socket_deadline &) = delete;
  socket_deadline &operator=(const socket_deadline &) = delete;

  /// True once the socket was shut down for it.
  [[nodiscard]] bool passed() const;

private:
  struct entry;
  class watch;
  entry *entry_ = nullptr;
};

}  // namespace recapd::storage
