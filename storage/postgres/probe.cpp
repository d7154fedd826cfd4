// Whether the database takes writes, and who is in the way where it does not.
// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/rights.hpp"
#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

/// Locks the tables as a commit does, and those that commands are decided by.
constexpr const char *lock_as_a_commit =
    "LOCK TABLE sessions, standings, journal, usage, ledger,"
    " session_students, inbox, forwarded IN ROW EXCLUSIVE MODE;"
    "LOCK TABLE feed_epoch, policies IN ACCESS SHARE MODE";
/// Writes a new file, for which a full disk has no room.
constexpr const char *write_anew =
    "TRUNCATE probes; INSERT INTO probes VALUES (clock_timestamp())";

/// Selects who keeps commits from a table of this schema, the oldest first;
/// else commits of this role that wait for a standby.
constexpr const char *who_is_in_the_way = R"sql(
SELECT words FROM (
  SELECT 1 AS rank, a.xact_start AS since,
         format('process %s of user %s (%s) has locked table %s%s',
                l.pid, coalesce(a.usename, 'unknown'),
                coalesce(nullif(a.application_name, ''), 'no application name'),
                l.relation::regclass, coalesce(to_char(a.xact_start AT TIME ZONE
                'UTC', '" since "YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')) AS words
    FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid)
   WHERE l.granted AND l.locktype = 'relation' AND l.relation IN (
           SELECT oid FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace)
     AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                    'AccessExclusiveLock')
     AND l.relation <> 'probes'::regclass
  UNION ALL
  SELECT 2, a.state_change,
         format('commits wait for a synchronous standby (%s) since %s',
                current_setting('synchronous_standby_names'),
                to_char(a.query_start AT TIME ZONE 'UTC',
                        'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    FROM pg_stat_activity AS a WHERE a.wait_event = 'SyncRep'
) AS found ORDER BY rank, since LIMIT 1)sql";

std::string hindrance(const endpoint &to) {
  try {
    connection c{to};
    const auto rows = c.script(who_is_in_the_way);
    return rows.size() == 0 ? "" : ": " + rows.text(0, 0);
  } catch (const error &) {
    return {};
  }
}

}  // namespace

void sql_store::probe() {
  try {
    with([](connection &c) {
      require_rights(c);
      c.in_transaction([&] {
        c.script(lock_as_a_commit);
        c.script(write_anew);
      });
    });
  } catch (const storage_error &e) {
    throw storage_error{e.code(), std::string{e.what()} + hindrance(to_)};
  }
}

}  // namespace recapd::storage::postgres
