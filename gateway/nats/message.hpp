// A command as it comes by NATS: what JetStream tells of it, and its decoding.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/nats/link.hpp"
#include "gateway/wire/cloudevent.hpp"

namespace recapd::gateway::nats {

inline constexpr std::string_view command_prefix = "recapd.commands.";

/// What a message's reply subject tells (`$JS.ACK.…`).
struct delivery {
  std::string consumer;
  std::uint64_t stream_seq = 0;
  std::uint64_t consumer_seq = 0;  ///< counts every delivery by the consumer
  workflows::instant stored_at;
};

/// Nothing if it is none.
[[nodiscard]] std::optional<delivery> parse_delivery(std::string_view reply);

/// The partition of a session: its bucket modulo their number.
[[nodiscard]] unsigned partition_of(std::string_view session,
                                    unsigned partitions);

/// The first of that name, whatever its case; empty when there is none.
[[nodiscard]] std::string_view header_of(const message &m,
                                         std::string_view name);

/// A command's subject ends with its session.
[[nodiscard]] std::string_view session_in(std::string_view subject);

struct command {
  decoded command;
  std::string replyto;  ///< empty: nobody wants the outcome
};

/// Structured content mode, or binary when there is a `ce-*` header. The
/// subject's last token has to be the event's subject: it decided over the
/// partition, and so over the order.
[[nodiscard]] command decode_message(const message &m,
                                     workflows::instant received_at);

/// The message as a dead letter keeps it: valid UTF-8, and for binary mode in
/// the structured form, so that a retry reads the same command.
[[nodiscard]] std::string letter_text(const message &m);

/// True for a subject that somebody may get an outcome at: not one of the
/// server's (`$…`), not one of ours (`recapd.…`), no wildcards.
[[nodiscard]] bool valid_replyto(std::string_view subject);

}  // namespace recapd::gateway::nats
