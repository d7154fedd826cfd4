// A message of the command stream while this node has it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/nats/message.hpp"
#include "storage/store.hpp"

namespace recapd::gateway::nats {

inline constexpr std::string_view command_stream = "RECAPD";
/// What the stream takes: the largest event, and room for headers.
inline constexpr int max_message_bytes = 2 * static_cast<int>(max_event_bytes);

/// A message from its arrival until it is acknowledged.
struct item {
  unsigned partition = 0;
  std::uint64_t stream_seq = 0;
  nats::message message;
  std::string replyto;
  workflows::instant received_at;
  workflows::instant stored_at;  ///< by the stream's clock
  std::string session;           ///< empty: the message cannot be decoded
  std::optional<actors::submission> command;  ///< until it is submitted
};
using item_ptr = std::shared_ptr<item>;

/// Returns an item's dead letter, one for all deliveries. `reason`: a sentence.
[[nodiscard]] storage::dead_letter letter_of(const item &item,
                                             workflows::instant now,
                                             std::string_view code,
                                             std::string reason);

}  // namespace recapd::gateway::nats
