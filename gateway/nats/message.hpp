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

/// Reads a reply subject; returns nothing if JetStream did not make it.
[[nodiscard]] std::optional<delivery> parse_delivery(std::string_view reply);

/// Returns a session's partition: its bucket modulo the number of partitions.
[[nodiscard]] unsigned partition_of(std::string_view session,
                                    unsigned partitions);

/// Returns the value of the first header of that name, whatever its case; empty
/// when there is none.
[[nodiscard]] std::string_view header_of(const message &m,
                                         std::string_view name);

/// Returns the session of a command's subject, which ends with it.
[[nodiscard]] std::string_view session_in(std::string_view subject);

struct command {
  decoded command;
  std::string replyto;  ///< empty: nobody wants the outcome
};

/// Decodes an event in structured content mode, or in binary when there is a
/// `ce-*` header and no CloudEvents content type. The subject's last token has
/// to be the event's subject: it decided over the partition, and so over the
/// order.
[[nodiscard]] command decode_message(const message &m,
                                     workflows::instant received_at);

/// Returns the message as a dead letter has it: valid UTF-8, and for binary
/// mode in the structured form, so that a retry reads the same command.
[[nodiscard]] std::string letter_text(const message &m);

/// Returns true for a subject that somebody may get an outcome at: not one of
/// the server's (`$…`), not one of recapd's (`recapd.…`), no wildcards.
[[nodiscard]] bool valid_replyto(std::string_view subject);

}  // namespace recapd::gateway::nats
