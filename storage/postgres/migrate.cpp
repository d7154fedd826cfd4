// Migrating: brings a database to this program's schema.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "storage/migrations.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/connection_settings.hpp"
#include "storage/postgres/producer.hpp"
#include "storage/postgres/rights.hpp"
#include "storage/postgres/store.hpp"

namespace recapd::storage::postgres {

namespace {

constexpr int oldest_server = 150000;

const std::string lock_number = "7236218450112";
/// Takes the lock, which is released when the connection ends.
const prepared_statement migration_lock{
    "migration_lock", "SELECT pg_advisory_lock(" + lock_number + ")"};
const prepared_statement record{
    "record_migration",
    "INSERT INTO schema_migrations (version, name, checksum)"
    " VALUES ($1::int4, $2::text, $3::text)"};

int version_of(const migration &m) {
  int version = 0;
  std::from_chars(m.name.data(), m.name.data() + m.name.size(), version);
  return version;
}

/// Returns FNV-1a 64 in hexadecimal: it tells edits, not attacks.
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

void require_suitable(connection &c) {
  const auto server =
      c.script("SELECT current_setting('server_version_num')::int,"
               " current_setting('server_version')");
  if (server.number(0, 0) < oldest_server)
    throw schema_error{"recapd needs PostgreSQL 15 or newer; this server is "
                       + server.text(0, 1)};
}

bool has_tables(connection &c) {
  return !c.script("SELECT to_regclass('schema_migrations')").null(0, 0);
}

/// Returns how many migrations are applied; throws for another program's.
std::size_t applied(connection &c) {
  if (!has_tables(c)) return 0;
  const auto rows = c.script("SELECT version, name, checksum"
                             " FROM schema_migrations ORDER BY version");
  const auto known = migrations();
  const auto count = static_cast<std::size_t>(rows.size());
  for (std::size_t i = 0; i < std::min(count, known.size()); ++i) {
    const auto row = static_cast<int>(i);
    if (rows.number(row, 0) != version_of(known[i])
        || rows.text(row, 2) != checksum(known[i].sql))
      throw schema_error{"migration " + rows.text(row, 1)
                         + " was applied to the database in another form than"
                           " this program has: use the build that applied it"};
  }
  if (count > known.size())
    throw schema_error{
        "the database is newer than this program: it has schema version "
        + rows.text(rows.size() - 1, 0) + ", this program knows up to "
        + std::to_string(known.size())
        + "; run the newer recapd that wrote it"};
  return count;
}

std::vector<std::string> names_from(std::size_t first) {
  std::vector<std::string> out;
  for (const auto &m : migrations().subspan(first))
    out.emplace_back(m.name);
  return out;
}

/// Returns true if the tables that would be migrated belong to another role.
bool is_strangers(connection &c) {
  return c
      .script("SELECT EXISTS (SELECT FROM pg_class"
              " WHERE oid = to_regclass('schema_migrations')"
              "   AND NOT pg_has_role(relowner, 'USAGE'))")
      .boolean(0, 0);
}

/// Returns true if the role has a schema; else new tables would be temporary.
bool has_schema(connection &c) {
  return c.script("SELECT coalesce(current_schema() !~ '^pg_temp_', false)")
      .boolean(0, 0);
}

/// Returns why the role may not migrate, and who may: the owner of recapd's
/// tables where there are some, else the database's.
schema_error may_not_migrate(connection &c, std::size_t first) {
  const auto rows = c.script(R"sql(
SELECT current_user, coalesce(t.owner, d.datdba::regrole::text), t.name
  FROM pg_database AS d LEFT JOIN (
         SELECT m.relowner::regrole::text AS owner,
                m.relnamespace::regnamespace::text AS name
           FROM pg_class AS m
          WHERE m.relname = 'schema_migrations' AND m.relkind = 'r'
            AND EXISTS (SELECT FROM pg_class AS f
                         WHERE f.relname = 'feed_epoch'
                           AND f.relnamespace = m.relnamespace)
          LIMIT 1) AS t ON true
 WHERE d.datname = current_database())sql");
  const auto role = rows.text(0, 0), owner = rows.text(0, 1);
  if (!has_tables(c) && !rows.null(0, 2))
    return schema_error{"recapd's tables are in schema " + rows.text(0, 2)
                        + ", which is not on the search_path of role " + role
                        + " or which it may not use: GRANT USAGE ON SCHEMA "
                        + rows.text(0, 2) + " TO " + role
                        + " (docs/operations.md, Roles)"};
  const auto names = names_from(first);
  return schema_error{"the database lacks migrations " + names.front()
                      + (names.size() > 1 ? " to " + names.back() : "")
                      + ", and role " + role
                      + " may not make them: run `recapd migrate` as " + owner
                      + ", or what `recapd migrate --print` prints"};
}

constexpr const char *make_table =
    "CREATE TABLE schema_migrations ("
    " version integer PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";

void apply(connection &c, const migration &m) {
  c.in_transaction([&] {
    c.script(std::string{m.sql});
    c.run(record,
          arguments{}.int4(version_of(m)).text(m.name).text(checksum(m.sql)));
  });
}

void apply_from(connection &c, std::size_t first) {
  const auto missing = migrations().subspan(first);
  if (missing.empty()) return;
  if (is_strangers(c) || !has_schema(c)) throw may_not_migrate(c, first);
  try {
    if (!has_tables(c)) c.script(make_table);
    for (const auto &m : missing)
      apply(c, m);
  } catch (const error &e) {
    if (e.sqlstate() == "42501") throw may_not_migrate(c, first);
    throw;
  }
}

/// Lifts the positions' shift after a dump was restored into a cluster that
/// counts transactions from lower down, so that new positions come after all
/// there are, and into no epoch that was restored: one may begin far above its
/// events.
void lift_feed(connection &c) {
  c.script(R"sql(
    UPDATE feed_epoch
       SET shift = (last >> 16) + 1
                   - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      FROM (SELECT greatest((SELECT max(position) FROM journal),
                            (SELECT max(first) FROM epochs)) AS last) AS log
     WHERE last >= (pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                    + shift) << 16)sql");
}

/// Sets the inbox's triggers to ENABLE ALWAYS, which some restores undo.
void arm_inbox(connection &c) {
  const auto off = c.script(
      "SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I',"
      " tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal"
      " AND tgrelid IN ('inbox'::regclass, 'forwarded'::regclass)"
      " AND tgenabled <> 'A'");
  for (int i = 0; i < off.size(); ++i)
    c.script(off.text(i, 0));
}

/// Returns sentences on settings by which the server loses what it said was
/// written; no session can change them.
std::vector<std::string> unsafe_settings(connection &c) {
  const auto off = c.script("SELECT name FROM pg_settings WHERE setting = 'off'"
                            " AND name IN ('fsync', 'full_page_writes')");
  std::vector<std::string> out;
  for (int i = 0; i < off.size(); ++i)
    out.push_back("the server's " + off.text(i, 0)
                  + " is off: what was acknowledged can be lost when its "
                    "machine ends");
  return out;
}

/// Returns the missing migrations as a script for one transaction, with the
/// settings that `pin_settings` makes.
std::string as_script(connection &c, std::size_t first) {
  const auto missing = migrations().subspan(first);
  const auto path = c.script("SHOW search_path").text(0, 0);
  std::string out = "-- For psql -v ON_ERROR_STOP=1 -1, as the owner.\n"
                    "SET client_encoding = 'UTF8';\n"
                    "SET standard_conforming_strings = on;\n"
                    "SET default_table_access_method = heap;\n"
                    "SET search_path = "
                    + path + ";\nDO $$ BEGIN PERFORM pg_advisory_xact_lock("
                    + lock_number + "); END $$;\n";
  if (!has_tables(c))
    out += std::string{make_table} + ";\n";
  else
    out += "DO $$ BEGIN ASSERT (SELECT count(*) FROM schema_migrations) = "
           + std::to_string(first)
           + ", 'this script is for another version of the schema'; END $$;\n";
  for (const auto &m : missing)
    out +=
        "\n-- " + std::string{m.name} + "\n" + std::string{m.sql}
        + "\nINSERT INTO schema_migrations (version, name, checksum) VALUES ("
        + std::to_string(version_of(m)) + ", '" + std::string{m.name} + "', '"
        + checksum(m.sql) + "');\n";
  return out + "\n" + producer_script(c);
}

/// Calls `f` with a connection to a server that recapd works on.
template <class F> auto with_database(const endpoint &to, F f) {
  try {
    connection c{to};
    require_suitable(c);
    return f(c);
  } catch (const error &e) {
    // 42P07, 42710, 42723: something of that name is there already.
    if (e.sqlstate() == "42P07" || e.sqlstate() == "42710"
        || e.sqlstate() == "42723")
      throw schema_error{"the database holds something else than recapd's ("
                         + std::string{e.what()} + "): name an empty one"};
    if (!e.heals()) throw schema_error{e.what()};
    throw storage_error{fault::unavailable, e.what()};
  }
}

}  // namespace

database_notes migrate(const endpoint &to) {
  return with_database(to, [&](connection &c) -> database_notes {
    require_lasting_settings(c, to);
    c.run(migration_lock);
    apply_from(c, applied(c));
    require_rights(c);
    lift_feed(c);
    arm_inbox(c);
    return {.to_run = ensure_producer(c), .unsafe = unsafe_settings(c)};
  });
}

std::vector<std::string> missing_migrations(const endpoint &to) {
  return with_database(to, [](connection &c) {
    auto names = names_from(applied(c));
    if (names.empty()) require_whole(c);
    return names;
  });
}

bool has_manual_clock(const endpoint &to) {
  return with_database(to, [](connection &c) {
    return c.script("SELECT FROM manual_clock WHERE active").size() > 0;
  });
}

std::string migration_script(const endpoint &to) {
  return with_database(to, [](connection &c) {
    const auto first = applied(c);
    if (first < migrations().size()) return as_script(c, first);
    require_whole(c);
    return std::string{"-- Nothing is missing.\n"};
  });
}

bool has_tables(const endpoint &to) {
  return with_database(to, [](connection &c) {
    // schema_migrations alone may be another program's.
    return c
        .script("SELECT EXISTS (SELECT FROM pg_class AS m JOIN pg_class AS t"
                " USING (relnamespace)"
                " WHERE m.relname = 'schema_migrations' AND m.relkind = 'r'"
                "   AND t.relname IN ('feed_epoch', 'journal'))")
        .boolean(0, 0);
  });
}

}  // namespace recapd::storage::postgres
