// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>

#include "gateway/http/routes.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/nodes_view.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;

/// Where counting ends: larger figures tell nothing more to act on.
constexpr int most_behind = 10'000;

response alone() {
  return problem(404, "not-found",
                 "This node shares its sessions with no other.");
}

void get_nodes(services &s, const request_ptr &r, const responder &respond) {
  answer_by_reading(s, r, respond, [&s](store &) {
    const auto leases = s.engine.open_leases();
    if (!leases) return alone();
    const auto [table, now] = leases->look();
    return json_response(nodes_view(table, leases->lag(), now));
  });
}

void drain_node(services &s, const request_ptr &r, const responder &respond) {
  answer_by_reading(s, r, respond, [&s, name = r->params.front()](store &) {
    const auto leases = s.engine.open_leases();
    if (!leases) return alone();
    if (!leases->ask_to_drain(name))
      return problem(404, "not-found", "There is no node of this name.");
    log_info("a node is asked to drain", {{"node", name}});
    return json_response({{"draining", name}});
  });
}

json::object view_of(const storage::held_session &held) {
  return {{"session", held.session},
          {"tries", held.tries},
          {"next_try_at", workflows::format_rfc3339(held.next_try_at)}};
}

/// Returns where a receiver stands; held sessions only to who may read all.
json::object receiver_view(store &db, std::string_view name,
                           const storage::sink_state &at, const caller &who) {
  const auto left = db.count_feed(at.position, most_behind);
  json::value held;
  if (!who.programs.only) {
    auto &all = held.emplace_array();
    for (const auto &one : at.held)
      all.push_back(view_of(one));
  }
  return {{"name", name},
          {"behind", left.readable},
          {"held_back", left.held_back},
          {"held_sessions", at.held.size()},
          {"held", std::move(held)}};
}

void get_receivers(services &s, const request_ptr &r,
                   const responder &respond) {
  answer_by_reading(s, r, respond, [r](store &db) {
    json::array receivers;
    for (const auto *name : {"webhook", "nats", "mail"}) {
      const auto at = db.load_sink(name);
      if (at.version > 0)
        receivers.push_back(receiver_view(db, name, at, r->who));
    }
    return json_response({{"receivers", std::move(receivers)}});
  });
}

}  // namespace

std::vector<route> operation_routes() {
  return {
      {"GET", "/v1/nodes", for_staff, small_body, get_nodes},
      {"POST",
       "/v1/nodes/{}/drain",
       for_admins,
       small_body,
       drain_node,
       {},
       false,
       want_json},
      {"GET", "/v1/receivers", for_staff, small_body, get_receivers},
  };
}

}  // namespace recapd::gateway::http::routes
