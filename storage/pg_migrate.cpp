// Brings a database to this program's schema.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "storage/migrations.hpp"
#include "storage/pg_connection.hpp"
#include "storage/pg_producer.hpp"
#include "storage/pg_session.hpp"
#include "storage/pg_store.hpp"

namespace recapd::storage {

namespace {

constexpr int oldest_server = 150000;

/// Released when the connection ends.
const pg_statement lock{"migration_lock",
                        "SELECT pg_advisory_lock(7236218450112)"};
const pg_statement record{
    "record_migration",
    "INSERT INTO schema_migrations (version, name, checksum)"
    " VALUES ($1::int4, $2::text, $3::text)"};

int version_of(const migration &m) {
  int version = 0;
  std::from_chars(m.name.data(), m.name.data() + m.name.size(), version);
  return version;
}

/// FNV-1a 64 in hexadecimal: tells edits, not attackers.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  std::string out(16, '0');
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit, hash >>= 4U)
    *digit = "0123456789abcdef"[hash & 0xfU];
  return out;
}

void require_suitable(pg_connection &c) {
  const auto server =
      c.script("SELECT current_setting('server_version_num')::int,"
               " current_setting('server_version')");
  if (server.number(0, 0) < oldest_server)
    throw schema_error{"recapd needs PostgreSQL 15 or newer; this server is "
                       + server.text(0, 1)};
}

/// How many migrations the database has. Throws unless they are this program's.
std::size_t applied(pg_connection &c) {
  const auto rows = c.script("SELECT version, name, checksum"
                             " FROM schema_migrations ORDER BY version");
  const auto known = migrations();
  const auto count = static_cast<std::size_t>(rows.size());
  if (count > known.size())
    throw schema_error{
        "the database has schema version " + rows.text(rows.size() - 1, 0)
        + ", this program knows up to " + std::to_string(known.size())
        + ": run the newer recapd that wrote it"};
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = static_cast<int>(i);
    if (rows.number(row, 0) != version_of(known[i])
        || rows.text(row, 2) != checksum(known[i].sql))
      throw schema_error{"migration " + rows.text(row, 1)
                         + " was applied to the database in another form than"
                           " this program has: use the build that applied it"};
  }
  return count;
}

void apply(pg_connection &c, const migration &m) {
  c.in_transaction([&] {
    c.script(std::string{m.sql});
    c.run(record,
          pg_args{}.int4(version_of(m)).text(m.name).text(checksum(m.sql)));
  });
}

/// After a dump was restored into a cluster that counts transactions from
/// lower down, lifts the shift so that new positions come after all there are,
/// and into no epoch that was restored: one may begin far above its events.
void lift_feed(pg_connection &c) {
  c.script(R"sql(
    UPDATE feed_epoch
       SET shift = (last >> 16) + 1
                   - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      FROM (SELECT greatest((SELECT max(position) FROM session_events),
                            (SELECT max(first) FROM epochs)) AS last) AS log
     WHERE last >= (pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                    + shift) << 16)sql");
}

/// A restore that switched triggers off leaves them less than they were.
void arm_inbox(pg_connection &c) {
  const auto off = c.script(
      "SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I',"
      " tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal"
      " AND tgrelid IN ('inbox'::regclass, 'forwarded'::regclass)"
      " AND tgenabled <> 'A'");
  for (int i = 0; i < off.size(); ++i)
    c.script(off.text(i, 0));
}

/// Where the server itself loses what it said was written, no session helps.
std::vector<std::string> unsafe_settings(pg_connection &c) {
  const auto off = c.script("SELECT name FROM pg_settings WHERE setting = 'off'"
                            " AND name IN ('fsync', 'full_page_writes')");
  std::vector<std::string> out;
  for (int i = 0; i < off.size(); ++i)
    out.push_back("the server's " + off.text(i, 0)
                  + " is off: what was acknowledged can be lost when its "
                    "machine ends");
  return out;
}

}  // namespace

database_notes migrate(const pg_access &to) {
  try {
    pg_connection c{to};
    require_suitable(c);
    require_lasting_session(c, to);
    c.run(lock);
    // A node that serves needs no right to make tables.
    if (c.script("SELECT to_regclass('schema_migrations') IS NULL")
            .boolean(0, 0))
      c.script("CREATE TABLE schema_migrations ("
               " version integer PRIMARY KEY, name text NOT NULL,"
               " checksum text NOT NULL,"
               " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())");
    const auto known = migrations();
    for (auto i = applied(c); i < known.size(); ++i)
      apply(c, known[i]);
    lift_feed(c);
    arm_inbox(c);
    return {.to_run = ensure_producer(c), .unsafe = unsafe_settings(c)};
  } catch (const unfit_session &e) {
    throw schema_error{e.what()};
  } catch (const pg_error &e) {
    // 42P07, 42710: something of that name is there already.
    if (e.sqlstate() == "42P07" || e.sqlstate() == "42710"
        || e.sqlstate() == "42723")
      throw schema_error{"the database holds something else than recapd's ("
                         + std::string{e.what()} + "): name an empty one"};
    throw storage_error{fault::unavailable, e.what()};
  }
}

}  // namespace recapd::storage
