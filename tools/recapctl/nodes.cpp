// recapctl nodes, drain, shards: the nodes of a database.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <tuple>

#include "gateway/wire/nodes_view.hpp"
#include "storage/postgres/leases.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"
#include "workflows/time.hpp"

namespace recapd::tools {

namespace {

struct nodes_options {
  std::string database;
};

struct drain_options {
  std::string database;
  std::string node;
};

struct shards_options {
  std::string database;
  int count = 0;
};

/// Returns the nodes as `GET /v1/nodes` shows them, by the database.
json::object read_nodes(const std::string &database) {
  storage::lease_table t;
  workflows::instant now;
  gateway::node_lags lags;
  with_tables(database, [&] {
    const auto leases = storage::postgres::open_leases(database);
    std::tie(t, now) = leases->look();
    lags = leases->lag();
  });
  return gateway::nodes_view(t, lags, now);
}

int show_nodes(context &c, const nodes_options &o) {
  const auto seen =
      o.database.empty() ? c.node().fetch("/v1/nodes") : read_nodes(o.database);
  if (c.as_json()) {
    print(seen);
    return done;
  }
  table out{{"node", "state", "shards", "inbox", "lag ms", "skew ms",
             "reached at", "since", "lease until"}};
  out.state_column(1)
      .right(2)
      .right(3)
      .right(4)
      .right(5)
      .time_column(7)
      .time_column(8);
  for (const auto &one : seen.at("nodes").as_array()) {
    const auto &n = one.as_object();
    out.add({text_of(n, "name"), text_of(n, "state"),
             std::to_string(n.at("shards").as_array().size()),
             text_of(n, "inbox"), text_of(n, "lag_ms"), text_of(n, "skew_ms"),
             n.at("relays").as_bool() ? text_of(n, "address") : "the database",
             human_time(text_of(n, "started_at")),
             human_time(text_of(n, "expires_at"))});
  }
  fmt::print("{}{} of {} shards are held.\n",
             out.empty() ? "No nodes.\n" : out.text(), text_of(seen, "held"),
             text_of(seen, "shards"));
  return done;
}

/// Asks a node to drain, by the database. Throws problem where it is unknown.
void ask_to_drain(const drain_options &o) {
  const bool known = with_tables(o.database, [&] {
    return storage::postgres::open_leases(o.database)->ask_to_drain(o.node);
  });
  if (!known)
    throw problem{404, "there is no node " + o.node
                           + "; recapctl nodes shows those there are"};
}

int drain(context &c, const drain_options &o) {
  if (!o.database.empty()) {
    ask_to_drain(o);
  } else {
    const auto a = c.node().post("/v1/nodes/" + encoded(o.node) + "/drain",
                                 "{}", "application/json");
    if (!a.ok()) throw problem{a.status, problem_text(a)};
  }
  if (c.as_json())
    print(json::object{{"draining", o.node}});
  else
    fmt::print("Node {} finishes what it has, hands its shards over and ends."
               "\n",
               o.node);
  return done;
}

/// Sets the number of shards. Throws usage_error when there cannot be so many.
void reshard(const shards_options &o) try {
  const bool possible = with_tables(o.database, [&] {
    return storage::postgres::open_leases(o.database)->set_shards(o.count);
  });
  if (!possible)
    throw usage_error{fmt::format(
        "{} shards cannot be: a power of two from 1 to 1024 can", o.count)};
} catch (const storage::few_partitions &e) {
  throw usage_error{fmt::format("{} shards cannot be: {}", o.count, e.what())};
}

int set_shards(context &c, const shards_options &o) {
  reshard(o);
  if (c.as_json())
    print(json::object{{"shards", o.count}});
  else
    fmt::print("The sessions are in {} shards now.\n", o.count);
  return done;
}

CLI::Option *add_database(CLI::App &command, std::string &database,
                          const char *what) {
  return command.add_option("--database", database, what)
      ->envname("RECAPD_DATABASE_URL");
}

constexpr const char *instead =
    "Go by the nodes' PostgreSQL URL, also where no node answers; absent: by "
    "--url";

}  // namespace

void add_nodes(CLI::App &app, context &c) {
  auto [nodes, no] = add_command<nodes_options>(
      app, "nodes", "Show the nodes and their shards", c, show_nodes);
  add_database(*nodes, no.database, instead);
  auto [leaves, lo] = add_command<drain_options>(
      app, "drain", "Have a node hand its shards over and end", c, drain);
  leaves->add_option("NODE", lo.node, "Its name in recapctl nodes")->required();
  add_database(*leaves, lo.database, instead);
  auto [shards, so] = add_command<shards_options>(
      app, "shards",
      "Split or join the shards; nodes go on meanwhile. Of nodes that read NATS"
      " there are at most ingress.nats_partitions",
      c, set_shards);
  shards->add_option("COUNT", so.count, "A power of two from 1 to 1024")
      ->required();
  add_database(*shards, so.database, "The nodes' PostgreSQL URL")->required();
}

}  // namespace recapd::tools
