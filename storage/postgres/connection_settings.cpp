// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/connection_settings.hpp"

#include "storage/postgres/plain_connection.hpp"

namespace recapd::storage::postgres {

namespace {

struct setting {
  const char *name;
  const char *value;  ///< as pg_settings shows it
};

/// Settings that are made before the first statement that reads: that one would
/// wait for others, run into a limit of time, or come in another encoding.
constexpr const char *first_settings[] = {
    "SET default_transaction_isolation = 'read committed';"
    "SET default_transaction_read_only = off;"
    "SET default_transaction_deferrable = off;"
    "SET client_encoding = 'UTF8';"
    "SET standard_conforming_strings = on",
};

/// The settings that are pinned; those unknown to a server are left out.
constexpr setting settings[] = {
    // What a server acknowledges, and what the triggers refuse.
    {"session_replication_role", "origin"},
    {"row_security", "on"},
    {"restrict_nonsystem_relation_kind", ""},
    {"default_table_access_method", "heap"},
    // How values are written and read.
    {"TimeZone", "UTC"},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"bytea_output", "hex"},
    {"extra_float_digits", "1"},
    {"array_nulls", "on"},
    {"transform_null_equals", "off"},
    {"quote_all_identifiers", "off"},
    {"xmloption", "content"},
    // What a session may wait for. A transaction of recapd that stands still
    // holds up the feed.
    {"lock_timeout", "0"},
    {"transaction_timeout", "0"},
    {"idle_session_timeout", "0"},
    {"idle_in_transaction_session_timeout", "5000"},
    // Every statement here is made for its index, and plans that are cached
    // must not depend on what the tables contained at the first use: on a new
    // database a scan of the then empty table looks best, and would be cached.
    {"plan_cache_mode", "force_generic_plan"},
    {"enable_seqscan", "off"},
    {"enable_hashjoin", "off"},
    {"enable_mergejoin", "off"},
    {"enable_nestloop", "on"},
    {"enable_indexscan", "on"},
    {"enable_indexonlyscan", "on"},
    {"enable_bitmapscan", "on"},
    {"enable_sort", "on"},
    {"jit", "off"},
    {"client_min_messages", "warning"},
};

/// Selects the settings that differ; $1 are the names, $2 the values.
constexpr const char *differing =
    " FROM unnest($1::text[], $2::text[]) AS wanted (name, value)"
    " JOIN pg_settings AS s USING (name) WHERE s.setting <> wanted.value";

/// Makes commits durable. `on` waits for the replicas where the database has
/// any, `remote_apply` for more; others acknowledge what a crash may lose.
constexpr const char *commit_durably =
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit')"
    "   NOT IN ('on', 'remote_apply')";

/// Finds the schemas with recapd's tables: those of the role wherever they are,
/// those of another on the search_path only, which its chooser trusts.
constexpr const char *find_schemas =
    "SELECT n.nspname, array_position(current_schemas(false), n.nspname),"
    "       pg_has_role(c.relowner, 'USAGE')"
    " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relname = 'schema_migrations' AND c.relkind = 'r'"
    "   AND (pg_has_role(c.relowner, 'USAGE')"
    "        OR n.nspname = ANY (current_schemas(false)))"
    "   AND EXISTS (SELECT FROM pg_class AS f WHERE f.relname = 'feed_epoch'"
    "                AND f.relnamespace = n.oid)"
    " ORDER BY 3 DESC, 2 NULLS LAST";

arguments wanted() {
  array_argument names{column_type::text}, values{column_type::text};
  for (const auto &s : settings) {
    names.text(s.name);
    values.text(s.value);
  }
  return arguments{}.array(names).array(values);
}

void require(const std::string &name, const std::string &is,
             const std::string &value, const std::string &remedy) {
  if (is != value)
    throw unfit_connection{name + " is " + is + ", not " + value + ": "
                           + remedy};
}

void set(plain_connection &c, std::chrono::milliseconds statement) {
  c.script("SET statement_timeout = " + std::to_string(statement.count()));
  for (const auto *sql : first_settings)
    c.script(sql);
  c.script(commit_durably);
  c.run_once(std::string{"SELECT set_config(name, value, false)"} + differing,
             wanted());
}

void read_back(plain_connection &c) {
  const auto off = c.run_once(
      std::string{"SELECT name, setting, value"} + differing, wanted());
  if (off.size() > 0)
    require(off.text(0, 0), off.text(0, 1), off.text(0, 2),
            "it did not take in the session; is a connection pool in between?");
  const auto is = c.script("SELECT current_setting('server_encoding'),"
                           " current_setting('client_encoding'),"
                           " current_setting('transaction_read_only')");
  require("server_encoding", is.text(0, 0), "UTF8",
          "create the database with ENCODING 'UTF8'");
  require("client_encoding", is.text(0, 1), "UTF8",
          "it did not take in the session");
  if (is.text(0, 2) != "off")
    throw error{*cause_of_statement("25006"), trouble::other,
                "transaction_read_only is " + is.text(0, 2)};
}

/// Returns the schema with recapd's tables, else the one for new tables.
std::string schema_of(plain_connection &c) {
  const auto found = c.script(find_schemas);
  if (found.size() == 0)
    return c.script("SELECT coalesce(current_schema(), 'public')").text(0, 0);
  if (found.size() > 1 && found.null(0, 1) && found.boolean(1, 2))
    throw unfit_connection{
        "search_path names none of the schemas with recapd's tables ("
        + found.text(0, 0) + ", " + found.text(1, 0)
        + "): name one in the URL, options=-csearch_path%3DSCHEMA"};
  return found.text(0, 0);
}

}  // namespace

void pin_settings(plain_connection &c, std::chrono::milliseconds statement) {
  try {
    set(c, statement);
  } catch (const error &e) {
    // The message of 42501 names the parameter that only a superuser may set.
    if (e.sqlstate() != "42501") throw;
    throw unfit_connection{
        e.said()
        + ": reset it for the role and the database (ALTER ROLE … RESET,"
          " ALTER DATABASE … RESET)"};
  }
  read_back(c);
  c.run_once("SELECT set_config('search_path',"
             " quote_ident($1::text) || ', pg_temp', false)",
             arguments{}.text(schema_of(c)));
}

void require_lasting_settings(plain_connection &c, const endpoint &to) {
  const auto server_process = [](plain_connection &of) {
    return of.script("SELECT pg_backend_pid()").number(0, 0);
  };
  const auto process = server_process(c);
  if (process == c.process_id()) return;  // no pool is in between
  plain_connection second{to};
  if (server_process(second) == process)
    throw unfit_connection{"pool_mode: a connection pool shares one session of "
                           "the server among connections; name the server "
                           "itself, or a pool with pool_mode = session"};
}

}  // namespace recapd::storage::postgres
