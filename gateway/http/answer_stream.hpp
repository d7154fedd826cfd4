// Answer streams: an answer that is sent in parts, as Server-Sent Events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

namespace recapd::gateway::http {

/// Sends one answer's events and ends. Any thread may call it.
class answer_stream {
public:
  virtual ~answer_stream() = default;
  /// Sends an event; `data` is one line.
  virtual void send(std::string_view event, std::string_view data) = 0;
  /// Ends the answer once all is sent.
  virtual void end() = 0;
  /// Returns true once the client is gone, or too slow.
  [[nodiscard]] virtual bool gone() const = 0;
};

}  // namespace recapd::gateway::http
