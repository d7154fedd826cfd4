// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/item.hpp"

#include <utility>

namespace recapd::gateway::nats {

namespace {

/// Returns what the message is known by. That includes when it was stored,
/// since a stream that was made anew counts from 1 again.
std::string origin_of(const item &item) {
  return std::string{command_stream} + " " + std::to_string(item.stream_seq)
         + " " + std::to_string(item.stored_at.time_since_epoch().count());
}

}  // namespace

storage::dead_letter letter_of(const item &item, workflows::instant now,
                               std::string_view code, std::string reason) {
  return {.id = 0,
          .event = letter_text(item.message),
          .reason = std::move(reason),
          .code = std::string{code},
          .ingress = "nats",
          .received_at = item.received_at,
          .at = now,
          .origin = origin_of(item)};
}

}  // namespace recapd::gateway::nats
