// SPDX-License-Identifier: Apache-2.0
#include "ingress/nats_item.hpp"

#include <utility>

namespace recapd::ingress {

storage::dead_letter letter_of(const nats_item &item, workflows::instant now,
                               std::string_view code, std::string reason) {
  return {.id = 0,
          .event = letter_text(item.message),
          .reason = std::move(reason),
          .code = std::string{code},
          .ingress = "nats",
          .received_at = item.received_at,
          .at = now};
}

}  // namespace recapd::ingress
