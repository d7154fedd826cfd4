// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/packet.hpp"

#include <fmt/format.h>
#include <iterator>

#include "actors/sender_text.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "gateway/wire/text.hpp"
#include "workflows/refusal.hpp"

namespace recapd::gateway::relay {
namespace {

using storage::fault;

/// What is left of a packet's text. After the first thing that is not as
/// expected `good` is false, and all else is empty.
struct rest {
  std::string_view text;
  bool good = true;

  std::string_view take(std::size_t bytes) {
    good = good && bytes <= text.size();
    if (!good) return {};
    const auto taken = text.substr(0, bytes);
    text.remove_prefix(bytes);
    return taken;
  }
  /// Takes what stands before the next `end`, and that.
  std::string_view take_to(char end) {
    const auto at = text.find(end);
    good = good && at != std::string_view::npos;
    const auto taken = take(at);
    take(1);
    return taken;
  }
  template <class T> T number(char end) {
    const auto value = parse_integer<T>(take_to(end));
    good = good && value;
    return value.value_or(T{});
  }
};

void read_command(rest &r, packet &p) {
  packet::command c;
  c.number = r.number<std::uint64_t>(' ');
  c.received_at = workflows::instant{
      std::chrono::microseconds{r.number<std::int64_t>(' ')}};
  const auto event = r.number<std::size_t>(' ');
  const auto sender = r.number<std::size_t>('\n');
  c.event = r.take(event);
  c.sender = r.take(sender);
  p.commands.push_back(c);
}

void read_outcome(rest &r, packet &p) {
  const auto number = r.number<std::uint64_t>(' ');
  actors::outcome o;
  o.session_at = r.number<std::size_t>(' ');
  o.session_size = r.number<std::size_t>(' ');
  const auto bytes = r.number<std::size_t>(' ');
  o.duplicate = r.number<int>(' ') != 0;
  const auto code = r.take_to('\n');
  o.accepted = code == "-";
  o.code = workflows::parse_refusal_code(code);
  o.json = r.take(bytes);
  r.good = r.good && o.accepted != o.code.has_value() && o.session_at <= bytes
           && o.session_size <= bytes - o.session_at;
  p.answers.emplace_back(number, std::move(o));
}

}  // namespace

std::string begin_packet(std::string_view from) {
  return fmt::format("from {}\n{}", from.size(), from);
}

void add_ping(std::string &packet, std::uint64_t number) {
  packet += fmt::format("ping {}\n", number);
}

void add_pong(std::string &packet, std::uint64_t number) {
  packet += fmt::format("pong {}\n", number);
}

void add_command(std::string &packet, std::uint64_t number,
                 const actors::submission &what) {
  const auto event = encode_structured(what);
  const auto sender = actors::sender_text(what);
  fmt::format_to(std::back_inserter(packet), "command {} {} {} {}\n{}{}",
                 number, what.received_at.time_since_epoch().count(),
                 event.size(), sender.size(), event, sender);
}

void add_answer(std::string &packet, std::uint64_t number,
                const actors::answer<actors::outcome> &a) {
  const auto out = std::back_inserter(packet);
  if (!a.has_value()) {
    fmt::format_to(out, "fault {}\n", number);
    return;
  }
  const auto &o = *a;
  fmt::format_to(out, "outcome {} {} {} {} {} {}\n{}", number, o.session_at,
                 o.session_size, o.json.size(), o.duplicate ? 1 : 0,
                 o.code ? workflows::to_string(*o.code) : "-", o.json);
}

std::optional<packet> read_packet(std::string_view text) {
  rest r{text};
  packet p;
  if (r.take_to(' ') != "from") return std::nullopt;
  p.from = r.take(r.number<std::size_t>('\n'));
  while (r.good && !r.text.empty()) {
    const auto kind = r.take_to(' ');
    if (kind == "command")
      read_command(r, p);
    else if (kind == "outcome")
      read_outcome(r, p);
    else if (kind == "fault")
      p.answers.emplace_back(r.number<std::uint64_t>('\n'),
                             fault::outcome_unknown);
    else if (kind == "ping")
      p.pings.push_back(r.number<std::uint64_t>('\n'));
    else if (kind == "pong")
      p.pongs.push_back(r.number<std::uint64_t>('\n'));
    else
      r.good = false;
  }
  if (!r.good) return std::nullopt;
  return p;
}

}  // namespace recapd::gateway::relay
