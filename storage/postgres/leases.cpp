// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/leases.hpp"

#include <optional>
#include <sstream>

#include "storage/postgres/link.hpp"

namespace recapd::storage::postgres {

namespace {

/// The lock on the leases, whose holder
/// tests/campaigns/cluster/cluster_audit.py finds.
const prepared_statement lock{"lease_lock",
                              "SELECT pg_advisory_xact_lock(7236218450113)"};
const prepared_statement the_time{"lease_time",
                                  "SELECT count, " + micros("clock_timestamp()")
                                      + " FROM shards"};
const std::string member_columns =
    "name, incarnation, address, " + micros("started_at") + ", "
    + micros("expires_at") + ", draining, partitions, secret, ahead_us";
const prepared_statement all_members{"members", "SELECT " + member_columns
                                                    + " FROM nodes"};
/// Reads the members for a change. It waits for renewals that are under way,
/// and later ones wait for it: a node that has just sent a heartbeat is not
/// taken for silent.
const prepared_statement lock_members{
    "lock_members", "SELECT " + member_columns + " FROM nodes FOR UPDATE"};
/// Renews the node's lease and selects a row for each node, as it was before;
/// the node itself has none if its lease was not renewed. The leases are read
/// once, not once a node.
const prepared_statement renewal{
    "renew",
    "WITH mine AS (UPDATE nodes SET expires_at ="
    " clock_timestamp() + $3::int8 * interval '1 millisecond',"
    " epoch = $4::text, ahead_us = $5::int8 WHERE name = $1::text AND "
    "incarnation = $2::text AND "
    "NOT draining"
    " AND expires_at > clock_timestamp() RETURNING 1)"
    " SELECT "
        + member_columns + ", held, count, " + micros("clock_timestamp()")
        + ", coalesce((SELECT max(version) FROM policies), 0)"
          // What is lost when a server crashes comes again by the next
          // heartbeat.
          " FROM (SELECT set_config('synchronous_commit', 'off', true)) AS lax,"
          " shards, nodes LEFT JOIN (SELECT node, string_agg(shard::text,"
          " ' ') AS held FROM leases GROUP BY node) AS h ON h.node = name"
          " WHERE name <> $1::text OR EXISTS (SELECT FROM mine)"};
const prepared_statement all_holders{"holders",
                                     "SELECT shard, node FROM leases"};
const prepared_statement put_member{
    "put_member",
    "INSERT INTO nodes"
    " (name, incarnation, address, started_at, expires_at, draining,"
    " partitions, epoch, secret, ahead_us)"
    " VALUES ($1::text, $2::text, $3::text, $4::timestamptz, $5::timestamptz,"
    " $6::boolean, $7::int4, $8::text, $9::text, $10::int8)"
    " ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation,"
    " address = excluded.address, started_at = excluded.started_at,"
    " expires_at = excluded.expires_at, draining = excluded.draining,"
    " partitions = excluded.partitions, secret = excluded.secret,"
    " ahead_us = excluded.ahead_us,"
    // A program that asks a node to drain watches no epochs.
    " epoch = coalesce(nullif(excluded.epoch, ''), nodes.epoch)"};
const prepared_statement drop_member{"drop_member",
                                     "DELETE FROM nodes WHERE name = $1::text"};
const prepared_statement put_holder{"put_holder",
                                    "INSERT INTO leases (shard, node)"
                                    " VALUES ($1::int4, $2::text)"
                                    " ON CONFLICT (shard) DO UPDATE"
                                    " SET node = excluded.node"};
const prepared_statement drop_holder{
    "drop_holder", "DELETE FROM leases WHERE shard = $1::int4"};
const prepared_statement put_shards{"put_shards",
                                    "UPDATE shards SET count = $1::int4"};

/// Only each bucket's earliest timer is read: a million may not be due.
const prepared_statement waiting_by_node{
    "lag", "WITH present AS MATERIALIZED (SELECT recapd_now() AS at),"
           " waiting AS (SELECT bucket, count(*) AS inbox_rows,"
           "   min(received_at) FILTER (WHERE isfinite(received_at)) AS since"
           "   FROM waiting GROUP BY bucket"
           " UNION ALL SELECT b, 0, t.next_timer"
           "   FROM present, generate_series(0, 1023) AS b,"
           "   LATERAL (SELECT next_timer FROM standings"
           "     WHERE bucket = b AND next_timer <= at"
           "     ORDER BY next_timer LIMIT 1) AS t)"
           " SELECT node, sum(inbox_rows)::int8, greatest(0, (extract(epoch"
           "   FROM max(at - since)) * 1000)::int8)"
           " FROM present, waiting, shards, leases"
           " WHERE leases.shard = waiting.bucket % shards.count"
           " GROUP BY node"};

bool same(const member &a, const member &b) {
  return a.incarnation == b.incarnation && a.address == b.address
         && a.started_at == b.started_at && a.expires_at == b.expires_at
         && a.draining == b.draining && a.partitions == b.partitions
         && a.secret == b.secret && a.ahead == b.ahead;
}

class sql_leases final : public lease_store, private link {
public:
  explicit sql_leases(endpoint to) : link{std::move(to)} {}

  heartbeat_answer beat(const heartbeat &h) override {
    if (!h.joining && !h.leaving && h.released.empty())
      if (auto told = renew(h)) return *told;
    heartbeat_answer told;
    change(
        [&](lease_table &t, instant now) { told = storage::beat(t, h, now); });
    return told;
  }

  void leave(std::string_view node, std::string_view incarnation) override {
    change(
        [&](lease_table &t, instant) { storage::leave(t, node, incarnation); });
  }

  std::pair<lease_table, instant> look() override {
    return with([&](connection &c) { return read(c, all_members); });
  }

  std::map<std::string, node_lag> lag() override {
    return with([](connection &c) {
      const auto rows = c.run(waiting_by_node);
      std::map<std::string, node_lag> out;
      for (int i = 0; i < rows.size(); ++i)
        out[rows.text(i, 0)] = {
            .inbox_rows = rows.number(i, 1),
            .behind = std::chrono::milliseconds{rows.number(i, 2)}};
      return out;
    });
  }

  bool ask_to_drain(std::string_view node) override {
    bool found = false;
    change([&](lease_table &t, instant) {
      const auto at = t.members.find(node);
      found = at != t.members.end();
      if (found) at->second.draining = true;
    });
    return found;
  }

  bool set_shards(int shards) override {
    bool done = false;
    change(
        [&](lease_table &t, instant now) { done = reshard(t, shards, now); });
    return done;
  }

private:
  static void add_member(lease_table &t, const result_set &rows, int i) {
    t.members.emplace(
        rows.text(i, 0),
        member{.name = rows.text(i, 0),
               .incarnation = rows.text(i, 1),
               .address = rows.text(i, 2),
               .secret = rows.text(i, 7),
               .started_at = rows.at(i, 3),
               .expires_at = rows.at(i, 4),
               .draining = rows.boolean(i, 5),
               .partitions = static_cast<int>(rows.number(i, 6)),
               .ahead = std::chrono::microseconds{rows.number(i, 8)}});
  }

  /// Renews the node's lease and returns the answer; nothing if more than its
  /// expiry has to change.
  std::optional<heartbeat_answer> renew(const heartbeat &h) {
    const auto rows = with([&](connection &c) {
      return c.run(renewal, arguments{}
                                .text(h.node)
                                .text(h.incarnation)
                                .int8(h.expiry.count())
                                .text(c.epochs().current())
                                .int8(h.ahead.count()));
    });
    lease_table before;
    instant now{};
    int newest_policy = 0;
    for (int i = 0; i < rows.size(); ++i) {
      add_member(before, rows, i);
      std::istringstream leased{rows.text(i, 9)};
      for (int shard = 0; leased >> shard;)
        before.holders.emplace(shard, rows.text(i, 0));
      before.shards = static_cast<int>(rows.number(i, 10));
      now = rows.at(i, 11);
      newest_policy = static_cast<int>(rows.number(i, 12));
    }
    if (!before.members.contains(h.node)) return std::nullopt;
    auto after = before;
    auto told = storage::beat(after, h, now);
    told.newest_policy = newest_policy;
    const bool same = after.holders == before.holders
                      && after.members.size() == before.members.size();
    return same ? std::optional{told} : std::nullopt;
  }

  static std::pair<lease_table, instant>
  read(connection &c, const prepared_statement &members_statement) {
    lease_table t;
    const auto head = c.run(the_time);
    t.shards = static_cast<int>(head.number(0, 0));
    const auto members = c.run(members_statement);
    for (int i = 0; i < members.size(); ++i)
      add_member(t, members, i);
    const auto holders = c.run(all_holders);
    for (int i = 0; i < holders.size(); ++i)
      t.holders.emplace(static_cast<int>(holders.number(i, 0)),
                        holders.text(i, 1));
    return {std::move(t), head.at(0, 1)};
  }

  /// A change need not be durable: what is lost when a server crashes comes
  /// again by the next heartbeat. All heartbeats wait for the lock, so a node
  /// that falls silent while it holds the lock must lose it soon.
  static constexpr const char *for_this_change =
      "SET LOCAL synchronous_commit = off;"
      "SET LOCAL idle_in_transaction_session_timeout = '1s'";

  template <class F> void change(F f) {
    with([&](connection &c) {
      c.in_transaction([&] {
        c.script(for_this_change);
        c.run(lock);
        const auto [before, now] = read(c, lock_members);
        auto after = before;
        f(after, now);
        write(c, before, after);
      });
    });
  }

  static void write(connection &c, const lease_table &before,
                    const lease_table &after) {
    for (const auto &[name, m] : after.members) {
      const auto old = before.members.find(name);
      if (old != before.members.end() && same(old->second, m)) continue;
      c.run(put_member, arguments{}
                            .text(name)
                            .text(m.incarnation)
                            .text(m.address)
                            .at(m.started_at)
                            .at(m.expires_at)
                            .boolean(m.draining)
                            .int4(m.partitions)
                            .text(c.epochs().current())
                            .text(m.secret)
                            .int8(m.ahead.count()));
    }
    for (const auto &[name, m] : before.members)
      if (!after.members.contains(name))
        c.run(drop_member, arguments{}.text(name));
    for (const auto &[shard, node] : after.holders) {
      const auto old = before.holders.find(shard);
      if (old == before.holders.end() || old->second != node)
        c.run(put_holder, arguments{}.int4(shard).text(node));
    }
    for (const auto &[shard, node] : before.holders)
      if (!after.holders.contains(shard))
        c.run(drop_holder, arguments{}.int4(shard));
    if (after.shards != before.shards)
      c.run(put_shards, arguments{}.int4(after.shards));
  }
};

}  // namespace

std::unique_ptr<lease_store> open_leases(const endpoint &to) {
  return std::make_unique<sql_leases>(to);
}

}  // namespace recapd::storage::postgres
