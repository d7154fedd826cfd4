// Publishing into JetStream streams, many messages at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/nats/link.hpp"

namespace recapd::ingress {

/// The header by which a stream drops what came before.
inline constexpr const char *id_header = "Nats-Msg-Id";

/// Counts the streams' answers itself: the C library's asynchronous publishes
/// are never answered when the server restarts. For one thread.
class nats_publisher {
public:
  /// Uses `link` for as long as it publishes.
  explicit nats_publisher(nats_link &link);
  ~nats_publisher();
  nats_publisher(const nats_publisher &) = delete;
  nats_publisher &operator=(const nats_publisher &) = delete;

  /// Returns when the streams have them all. Throws nats_error when one was
  /// refused, or is not answered in time; which of them are stored is then not
  /// known, nor in which order.
  void store_all(std::vector<nats_message> all);

private:
  struct answers;
  nats_link &link_;
  std::string inbox_;
  std::shared_ptr<answers> answers_;
};

}  // namespace recapd::ingress
