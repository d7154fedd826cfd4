// recapctl nodes, drain, shards: the nodes of a database, by the database.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "storage/postgres/lag.hpp"
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

std::string state_of(const storage::member &m, workflows::instant now) {
  if (m.expires_at <= now) return "silent";
  return m.draining ? "draining" : "live";
}

int leased_by(const storage::lease_table &t, const std::string &node) {
  int leased = 0;
  for (const auto &[shard, holder] : t.holders)
    leased += holder == node ? 1 : 0;
  return leased;
}

using lags = std::map<std::string, storage::postgres::node_lag>;

storage::postgres::node_lag lag_of(const lags &all, const std::string &node) {
  const auto at = all.find(node);
  return at == all.end() ? storage::postgres::node_lag{} : at->second;
}

/// Returns true for a node to which others post commands.
bool relays(const storage::member &m) {
  return !m.secret.empty();
}

json::object node_json(const storage::lease_table &t, const storage::member &m,
                       const storage::postgres::node_lag &lag,
                       workflows::instant now) {
  return {{"name", m.name},
          {"state", state_of(m, now)},
          {"address", m.address},
          {"relays", relays(m)},
          {"shards", leased_by(t, m.name)},
          {"inbox", lag.inbox_rows},
          {"lag_ms", lag.behind.count()},
          {"nats_partitions", m.partitions},
          {"started_at", workflows::format_rfc3339(m.started_at)},
          {"expires_at", workflows::format_rfc3339(m.expires_at)}};
}

int show_nodes(context &c, const nodes_options &o) {
  const auto [t, now] = with_tables(o.database, [&] {
    return storage::postgres::open_leases(o.database)->look();
  });
  const auto lag = storage::postgres::lag_by_node(o.database);
  if (c.as_json()) {
    json::array nodes;
    for (const auto &[name, m] : t.members)
      nodes.push_back(node_json(t, m, lag_of(lag, name), now));
    print(json::object{{"shards", t.shards},
                       {"held", t.holders.size()},
                       {"nodes", std::move(nodes)}});
    return done;
  }
  table out{{"node", "state", "shards", "inbox", "lag ms", "reached at",
             "since", "lease until"}};
  out.state_column(1).right(2).right(3).right(4);
  for (const auto &[name, m] : t.members)
    out.add({name, state_of(m, now), std::to_string(leased_by(t, name)),
             std::to_string(lag_of(lag, name).inbox_rows),
             std::to_string(lag_of(lag, name).behind.count()),
             relays(m) ? m.address : "the database",
             human_time(workflows::format_rfc3339(m.started_at)),
             human_time(workflows::format_rfc3339(m.expires_at))});
  fmt::print("{}{} of {} shards are held.\n",
             out.empty() ? "No nodes.\n" : out.text(), t.holders.size(),
             t.shards);
  return done;
}

int drain(context &c, const drain_options &o) {
  const bool known = with_tables(o.database, [&] {
    return storage::postgres::open_leases(o.database)->ask_to_drain(o.node);
  });
  if (!known)
    throw problem{404, "there is no node " + o.node
                           + "; recapctl nodes shows those there are"};
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

void add_database(CLI::App &command, std::string &database) {
  command.add_option("--database", database, "The nodes' PostgreSQL URL")
      ->envname("RECAPD_DATABASE_URL")
      ->required();
}

}  // namespace

void add_nodes(CLI::App &app, context &c) {
  auto [nodes, no] = add_command<nodes_options>(
      app, "nodes", "Show a database's nodes and their shards (not by HTTP)", c,
      show_nodes);
  add_database(*nodes, no.database);
  auto [leaves, lo] = add_command<drain_options>(
      app, "drain", "Have a node hand its shards over and end", c, drain);
  leaves->add_option("NODE", lo.node, "Its name in recapctl nodes")->required();
  add_database(*leaves, lo.database);
  auto [shards, so] = add_command<shards_options>(
      app, "shards",
      "Split or join the shards; nodes go on meanwhile. Of nodes that read NATS"
      " there are at most ingress.nats_partitions",
      c, set_shards);
  shards->add_option("COUNT", so.count, "A power of two from 1 to 1024")
      ->required();
  add_database(*shards, so.database);
}

}  // namespace recapd::tools
