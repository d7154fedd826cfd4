// Publishing into JetStream streams, many messages at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/nats/link.hpp"

namespace recapd::gateway::nats {

/// The header by which a stream drops a message that came before.
inline constexpr const char *id_header = "Nats-Msg-Id";

/// Counts the streams' answers itself: the C library's asynchronous publishes
/// are never answered when the server restarts. For one thread.
class publisher {
public:
  /// Uses `link` for as long as it publishes.
  explicit publisher(link &link);
  ~publisher();
  publisher(const publisher &) = delete;
  publisher &operator=(const publisher &) = delete;

  /// Publishes all messages, and returns when the streams have them. Throws
  /// error when one was refused, or is not answered in time; which of them are
  /// stored is then not known, nor in which order.
  void store_all(std::vector<message> all);

private:
  struct answers;
  link &link_;
  std::string inbox_;
  std::shared_ptr<answers> answers_;
};

}  // namespace recapd::gateway::nats
