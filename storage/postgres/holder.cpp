// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/holder.hpp"

#include "storage/postgres/link.hpp"

namespace recapd::storage::postgres {

namespace {

/// Selects the oldest transaction for which events wait. As where the feed is
/// read (reading.cpp), it is one of this database, unless transactions may be
/// prepared.
const prepared_statement &oldest() {
  static const prepared_statement statement{"feed_holder",
                                            R"sql(
SELECT o.xid::text, o.who, extract(epoch FROM clock_timestamp() - o.since)::int8
  FROM (SELECT backend_xid AS xid,
               format('process %s of user %s in database %s (%s)', pid, usename,
                      datname, coalesce(nullif(application_name, ''),
                                        'no application name')) AS who,
               xact_start AS since, datname
          FROM pg_stat_activity WHERE backend_xid IS NOT NULL
           AND (current_setting('max_prepared_transactions')::int4 > 0
                OR )sql" + pg_may_write_events("usesysid")
                                                + R"sql()
        UNION ALL
        SELECT transaction, format('prepared transaction %s of user %s in'
                                   ' database %s', gid, owner, database),
               prepared, database
          FROM pg_prepared_xacts) AS o,
       (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8 AS high)
         AS s
 WHERE (o.datname = current_database()
        OR current_setting('max_prepared_transactions')::int4 > 0)
   AND EXISTS (SELECT FROM journal AS e, feed_epoch AS f
                WHERE e.position > ()sql" + pg_whole_xid("o.xid", "s.high")
                                                + R"sql( + f.shift) << 16)
 ORDER BY )sql" + pg_whole_xid("o.xid", "s.high")
                                                + " LIMIT 1"};
  return statement;
}

class holders final : public feed_holders, private link {
public:
  explicit holders(const endpoint &to) : link{to} {}

  std::optional<feed_holder> look() override {
    return with([](connection &c) -> std::optional<feed_holder> {
      const auto rows = c.run(oldest());
      if (rows.size() == 0) return std::nullopt;
      feed_holder h{.transaction = rows.text(0, 0),
                    .who = rows.text(0, 1),
                    .age = std::nullopt};
      if (!rows.null(0, 2)) h.age = std::chrono::seconds{rows.number(0, 2)};
      return h;
    });
  }
};

}  // namespace

std::string pg_whole_xid(const std::string &xid, const std::string &high) {
  return "(" + high + " + ((" + xid + "::text::int8 - " + high
         + " + (3::int8 << 31)) & 4294967295) - (1::int8 << 31))";
}

std::string pg_may_write_events(const std::string &role) {
  return "(has_table_privilege(" + role
         + ", 'journal', 'INSERT') OR pg_has_role(" + role
         + ", (SELECT relowner FROM pg_class"
           " WHERE oid = 'journal'::regclass), 'MEMBER'))";
}

std::unique_ptr<feed_holders> open_feed_holders(const endpoint &to) {
  return std::make_unique<holders>(to);
}

}  // namespace recapd::storage::postgres
