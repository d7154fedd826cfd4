// Packets: commands and outcomes that go from node to node, many in one text.
//
// A packet begins with the name of the node that sends it, and has items behind
// it, each a line of numbers and the texts whose lengths it tells:
//
//   from NAME-BYTES                         the name
//   command NUMBER MICROSECONDS EVENT-BYTES SENDER-BYTES
//                                           the event, the sender's text
//   outcome NUMBER SESSION-AT SESSION-BYTES BYTES DUPLICATE CODE
//                                           the contract's outcome object
//   fault NUMBER                            nobody can tell the outcome
//   ping NUMBER                             asks whether the other node is
//   there pong NUMBER                             it is
//
// NUMBER is the asking node's, CODE the first refusal's code or `-`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/reply.hpp"
#include "actors/submission.hpp"

namespace recapd::gateway::relay {

/// The media type of a packet. Its number goes up with each change of the form,
/// and a node of another form does not take it.
inline constexpr std::string_view packet_type =
    "application/vnd.recapd.relay-1";

/// Returns how a packet of the node begins.
[[nodiscard]] std::string begin_packet(std::string_view from);
/// Appends a command: its event, as encode_structured writes it, and what the
/// event does not tell.
void add_command(std::string &packet, std::uint64_t number,
                 const actors::submission &what);
void add_answer(std::string &packet, std::uint64_t number,
                const actors::answer<actors::outcome> &a);
void add_ping(std::string &packet, std::uint64_t number);
void add_pong(std::string &packet, std::uint64_t number);

/// A packet's content. The views point into its text.
struct packet {
  struct command {
    std::uint64_t number = 0;
    workflows::instant received_at;
    std::string_view event;
    std::string_view sender;
  };
  std::string_view from;
  std::vector<command> commands;
  std::vector<std::uint64_t> pings, pongs;
  std::vector<std::pair<std::uint64_t, actors::answer<actors::outcome>>>
      answers;
};

/// Reads a packet; nothing where the text is none.
[[nodiscard]] std::optional<packet> read_packet(std::string_view text);

}  // namespace recapd::gateway::relay
