// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/enter_epoch.hpp"

#include <string>
#include <utility>
#include <vector>

#include "storage/postgres/connection_settings.hpp"
#include "storage/postgres/plain_connection.hpp"

namespace recapd::storage::postgres {

namespace {

/// Selects the database that answers. The control file lags behind a promotion,
/// the name of the file that is being written does not: its first 8 digits are
/// the timeline.
constexpr const char *here = R"sql(
SELECT (pg_control_system()).system_identifier::text AS system,
       d.oid::int8 AS database,
       ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))
         ::bit(32)::int4 AS timeline,
       pg_postmaster_start_time() AS started_at
  FROM pg_database AS d WHERE d.datname = current_database())sql";

/// Writes the new epoch's row. Each connection enters its epoch before it
/// writes an event, so an event with a position below `first` was there before
/// the epoch began.
constexpr const char *begin_epoch = R"sql(
INSERT INTO epochs (token, system, database, timeline, started_at, first)
SELECT left(replace(gen_random_uuid()::text, '-', ''), 8), here.*,
       greatest(
         (pg_snapshot_xmax(pg_current_snapshot())::text::int8 + shift) << 16,
         (SELECT max(first) + 1 FROM epochs))
  FROM ()sql";
/// Selects a live node whose epoch is of another database, or of a later
/// timeline: then this database is a copy of that node's, or what a failover
/// left behind.
constexpr const char *rival = R"sql((
SELECT n.name || ' works on database ' || e.database || ' of system '
       || e.system || ', timeline ' || e.timeline
  FROM nodes AS n JOIN epochs AS e ON e.token = n.epoch
 WHERE n.expires_at > clock_timestamp() AND e.system <> ''
   AND ((e.system, e.database) <> (here.system, here.database)
        OR e.timeline > here.timeline)
 ORDER BY n.name LIMIT 1))sql";
constexpr const char *unless_there = R"sql() AS here, feed_epoch
ON CONFLICT (system, database, timeline, started_at) DO NOTHING)sql";

database_place place_of(const result_set &rows) {
  return {.system = rows.text(0, 0),
          .database = rows.number(0, 1),
          .timeline = static_cast<int>(rows.number(0, 2))};
}

epoch_list read_epochs(plain_connection &c) {
  const auto rows =
      c.script("SELECT token, first FROM epochs ORDER BY first, started_at");
  std::vector<epoch_list::epoch> all;
  for (int i = 0; i < rows.size(); ++i)
    all.push_back({rows.text(i, 0), rows.number(i, 1)});
  return all.empty() ? epoch_list{} : epoch_list{std::move(all)};
}

}  // namespace

database_place find_place(plain_connection &c) {
  return place_of(c.script(here));
}

entered_epoch enter_epoch(plain_connection &c) {
  entered_epoch out;
  const std::string now{here};
  std::string elsewhere;
  c.in_transaction([&] {
    // A standby that is promoted without this row has no events of the epoch
    // either, so the commit need not wait for a replica.
    c.script("SET LOCAL synchronous_commit = local");
    // An epoch that was restored may lie after the database's own, which then
    // is deleted and begun anew.
    c.script("DELETE FROM epochs AS e USING (" + now
             + ") AS here WHERE (e.system, e.database, e.timeline, "
               "e.started_at) = (here.system, here.database, here.timeline, "
               "here.started_at) AND EXISTS (SELECT FROM epochs AS o WHERE "
               "o.token <> e.token AND o.first >= e.first)");
    const auto is = c.script(
        "SELECT here.system, here.database, here.timeline, EXISTS (SELECT FROM"
        " epochs AS e WHERE (e.system, e.database, e.timeline, e.started_at)"
        " = (here.system, here.database, here.timeline, here.started_at)), "
        + std::string{rival} + " FROM (" + now + ") AS here");
    out.place = place_of(is);
    elsewhere = is.text(0, 4);
    if (!is.boolean(0, 3) && elsewhere.empty())
      c.script(begin_epoch + now + unless_there);
  });
  if (!elsewhere.empty())
    throw unfit_connection{"node " + elsewhere + "; this is " + out.place.name()
                           + ". Where the copy is meant, try again once that "
                             "node's lease has run out"};
  out.epochs = read_epochs(c);
  return out;
}

}  // namespace recapd::storage::postgres
