// What comes by NATS: messages, and what JetStream tells of them.
//   m SUBJECT \n FIELDS \n\n DATA   a message, `name: value` a line
//   d TEXT                          the reply subject of a delivery
//   c TEXT                          the stream's answer to a count
//   p TEXT                          a subject for an outcome
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>

#include "gateway/nats/message.hpp"
#include "gateway/nats/sweeper.hpp"
#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "oracle.hpp"
#include "workflows/ids.hpp"
#include "workflows/utf8.hpp"

namespace recapd::fuzz {
namespace {

using namespace gateway;
using namespace gateway::nats;

constexpr unsigned partitions = 64;

const auto received_at = *workflows::parse_rfc3339("2026-11-23T14:30:00Z");

nats::message message_of(std::string_view text) {
  nats::message m{.subject = std::string{take_line(text)}, .data = {}};
  auto fields = take_part(text, "");
  while (!fields.empty()) {
    const auto field = take_line(fields);
    const auto colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    m.headers.emplace_back(field.substr(0, colon),
                           trim(field.substr(colon + 1)));
  }
  m.data = text;
  return m;
}

/// A dead letter can be stored and shown, and a retry reads the same command.
void check_letter(const nats::message &m, const nats::command &read) {
  const auto letter = letter_text(m);
  require(utf8(letter) && workflows::valid_utf8(letter),
          "a letter is valid UTF-8");
  require(letter.find('\0') == std::string::npos, "a letter has no NUL");
  if (!read.command.has_value() || letter.size() > max_event_bytes) return;
  const auto &first = *read.command;
  const auto again =
      decode_structured(letter, {.who = {}, .received_at = received_at});
  require(again.has_value(), "a letter of a command is decoded", letter);
  require((*again).source == first.source && (*again).id == first.id
              && (*again).session == first.session
              && (*again).content == first.content,
          "a letter is the command it was", letter);
}

void try_message(std::string_view text) {
  const auto m = message_of(text);
  const auto read = decode_message(m, received_at);
  require(read.replyto.empty() || valid_replyto(read.replyto),
          "an outcome goes where it may", read.replyto);
  if (read.command.has_value()) {
    const auto &command = *read.command;
    require(command.session == session_in(m.subject),
            "a command is the subject's", m.subject);
    require(command.received_at == received_at,
            "the receipt is the transport's");
    require(workflows::valid_id(command.session), "a session has an id");
    require(partition_of(command.session, partitions) < partitions,
            "a session has a partition");
  } else {
    const auto outcome = text_of(outcome_of(read.command.error()));
    require(parse_strict(outcome).has_value(), "an outcome is strict JSON",
            outcome);
  }
  check_letter(m, read);
}

void delivered(std::string_view text) {
  const auto d = parse_delivery(text);
  if (!d) return;
  require(text.starts_with("$JS.ACK."), "a delivery is the server's", text);
  require(text.find(d->consumer) != std::string_view::npos,
          "a consumer is named", text);
}

void counted(std::string_view text) {
  if (!parse_stream_count(text)) return;
  require(utf8(text), "a count is JSON", text);
}

void replyto(std::string_view text) {
  if (!valid_replyto(text)) return;
  require(!text.empty() && text.find_first_of("*> \t\r\n") == text.npos,
          "no wildcard is published to", text);
  require(!text.starts_with("recapd.") && !text.starts_with('$'),
          "nobody is answered as the server or as recapd", text);
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  if (mode == 'm') try_message(rest);
  if (mode == 'd') delivered(rest);
  if (mode == 'c') counted(rest);
  if (mode == 'p') replyto(rest);
}

}  // namespace recapd::fuzz
