// SPDX-License-Identifier: Apache-2.0
#include "actors/sender_text.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/relay/packet.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http::routes {
namespace {

using relay::packet;
using other_node_ptr = std::shared_ptr<const storage::other_node>;

constexpr auto full = "The node cannot take so many commands now.";

/// Returns the command as the node that relays it has taken it; nothing where
/// this node reads it otherwise.
std::optional<actors::submission> command_of(const packet::command &c) {
  auto event = decode_structured(
      c.event, {.who = {}, .received_at = c.received_at, .any_length = true});
  if (!event.has_value() || !actors::take_sender(*event, c.sender))
    return std::nullopt;
  (*event).relayed = true;
  return std::move(*event);
}

void submit_relayed(services &s, const other_node_ptr &from,
                    const packet::command &c) {
  actors::reply<actors::outcome> done{
      [between = s.between, from, number = c.number](auto answer) {
        between->answer(*from, number, answer);
      }};
  auto command = command_of(c);
  if (!command) {
    log_warn("a relayed command cannot be read", {{"node", from->name}});
    return done(storage::fault::outcome_unknown);
  }
  // A command that is not taken is answered when its reply is destroyed.
  (void)s.engine.submit(std::move(*command), done);
}

void post_packet(services &s, const request_ptr &r, const responder &respond) {
  auto p = relay::read_packet(r->body);
  if (!p) return respond(bad_request("The body is no packet."));
  for (auto &[number, answer] : p->answers)
    s.between->arrived(number, std::move(answer));
  for (const auto number : p->pongs)
    s.between->ponged(number);
  if (p->commands.empty() && p->pings.empty()) return respond({});
  const auto from = s.engine.other_node(p->from);
  if (!from)
    return respond(unavailable("This node does not know yours yet; the next "
                               "heartbeats tell of it."));
  if (!s.engine.admits(p->commands.size())) return respond(unavailable(full));
  for (const auto number : p->pings)
    s.between->pong(*from, number);
  for (const auto &c : p->commands)
    submit_relayed(s, from, c);
  respond({});
}

std::optional<response> want_packet(const request &r) {
  if (parse_media_type(r.header("content-type")).name == relay::packet_type)
    return std::nullopt;
  return problem(415, "unsupported-media-type",
                 "Send " + std::string{relay::packet_type} + ".");
}

}  // namespace

std::vector<route> relay_routes() {
  return {
      {"POST",
       relay::packet_path,
       for_nodes,
       relay::max_packet_bytes,
       post_packet,
       {},
       false,
       want_packet},
  };
}

}  // namespace recapd::gateway::http::routes
