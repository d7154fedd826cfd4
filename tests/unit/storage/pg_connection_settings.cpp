// Our settings are the same whatever role, database, environment and URL set.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_connection_settings
#include <cstdlib>

#include "pg_fixture.hpp"
#include "storage/postgres/connection_settings.hpp"

namespace {

/// Everything a role can set that has broken a program before.
const std::pair<const char *, const char *> hostile[] = {
    {"client_encoding", "LATIN1"},
    {"synchronous_commit", "off"},
    {"session_replication_role", "replica"},
    {"default_transaction_read_only", "on"},
    {"default_transaction_isolation", "serializable"},
    {"default_transaction_deferrable", "on"},
    {"statement_timeout", "1000"},
    {"lock_timeout", "1000"},
    {"idle_in_transaction_session_timeout", "1000"},
    {"idle_session_timeout", "5000"},
    {"DateStyle", "German, DMY"},
    {"IntervalStyle", "sql_standard"},
    {"TimeZone", "Asia/Kathmandu"},
    {"bytea_output", "escape"},
    {"standard_conforming_strings", "off"},
    {"backslash_quote", "on"},
    {"search_path", "nowhere"},
    {"row_security", "off"},
    {"extra_float_digits", "-15"},
    {"array_nulls", "off"},
    {"transform_null_equals", "on"},
    {"quote_all_identifiers", "on"},
    {"xmlbinary", "hex"},
    {"plan_cache_mode", "force_custom_plan"},
    {"enable_indexscan", "off"},
    {"jit", "on"},
};

void set_hostile(const pg_database &database) {
  postgres::connection server{pg_database::server()};
  for (const auto &[name, value] : hostile)
    server.script("ALTER DATABASE " + database.name() + " SET " + name + " = '"
                  + value + "'");
}

void check_session(const std::string &url, const std::string &durable = "on") {
  postgres::connection c{url};
  const auto is = [&](const std::string &name) {
    return c.script("SELECT current_setting('" + name + "')").text(0, 0);
  };
  CAF_CHECK_EQUAL(is("client_encoding"), "UTF8");
  CAF_CHECK_EQUAL(is("synchronous_commit"), durable);
  CAF_CHECK_EQUAL(is("session_replication_role"), "origin");
  CAF_CHECK_EQUAL(is("transaction_read_only"), "off");
  CAF_CHECK_EQUAL(is("transaction_isolation"), "read committed");
  CAF_CHECK_EQUAL(is("transaction_deferrable"), "off");
  CAF_CHECK_EQUAL(is("statement_timeout"), "0");
  CAF_CHECK_EQUAL(is("lock_timeout"), "0");
  CAF_CHECK_EQUAL(is("idle_session_timeout"), "0");
  CAF_CHECK_EQUAL(is("idle_in_transaction_session_timeout"), "5s");
  CAF_CHECK_EQUAL(is("search_path"), "public, pg_temp");
  const auto written =
      c.script("SELECT '2026-11-28 12:00+00'::timestamptz, '\\t',"
               " '\\x00ff'::bytea, '1 day 2:00'::interval");
  CAF_CHECK_EQUAL(written.text(0, 0), "2026-11-28 12:00:00+00");
  CAF_CHECK_EQUAL(written.text(0, 1), "\\t");
  CAF_CHECK_EQUAL(written.text(0, 2), "\\x00ff");
  CAF_CHECK_EQUAL(written.text(0, 3), "1 day 02:00:00");
}

/// A text that is other bytes in every other encoding, there and back.
void check_text(const std::string &url) {
  const std::string text = "Brüche ½ 日本 \xf0\x9f\x8e\x93";
  const auto s = postgres::open_store(url);
  s->insert_inbox(text);
  const auto rows = s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK_EQUAL(rows[0].event, text);
  postgres::connection own{url};
  // Compared in the server, where only its own encoding is left.
  CAF_CHECK_EQUAL(own.script("SELECT count(*) FROM inbox WHERE event ="
                             " U&'Br\\00FCche \\00BD \\65E5\\672C \\+01F393'")
                      .number(0, 0),
                  1);
  own.script("DELETE FROM inbox");
}

/// A URL with one more parameter.
std::string with(const std::string &url, const std::string &parameter) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + parameter;
}

}  // namespace

CAF_TEST(a databases settings change nothing) {
  const pg_database fresh{"hostile"};
  migrate(fresh.url());
  set_hostile(fresh);
  check_session(fresh.url());
  CAF_CHECK_EQUAL(refusal(fresh.url()), "none");
  check_text(fresh.url());
}

CAF_TEST(a new database is set up whatever its settings) {
  const pg_database fresh{"hostile_new"};
  set_hostile(fresh);
  CAF_CHECK_EQUAL(refusal(fresh.url()), "none");
  check_session(fresh.url());
}

CAF_TEST(neither the environment nor the url chooses an encoding) {
  const auto &database = pg_database::emptied();
  for (const auto *encoding : {"LATIN1", "SJIS", "SQL_ASCII"}) {
    ::setenv("PGCLIENTENCODING", encoding, 1);
    check_session(database.url());
    check_text(database.url());
    ::unsetenv("PGCLIENTENCODING");
    const auto by_url =
        with(database.url(), std::string{"client_encoding="} + encoding);
    check_session(by_url);
    check_text(by_url);
  }
  ::setenv("PGOPTIONS", "-c synchronous_commit=off -c statement_timeout=1000",
           1);
  check_session(database.url());
  ::unsetenv("PGOPTIONS");
}

CAF_TEST(a commit waits for what the database waits for) {
  const auto &database = pg_database::emptied();
  const auto at_level = [&](const std::string &level) {
    return with(database.url(), "options=-csynchronous_commit%3D" + level);
  };
  for (const auto *weaker : {"off", "local", "remote_write", "on"})
    check_session(at_level(weaker), "on");
  check_session(at_level("remote_apply"), "remote_apply");
}

CAF_TEST(what cannot be set is refused by its name) {
  const pg_database fresh{"pinned"};
  postgres::connection server{pg_database::server()};
  server.script("DROP ROLE IF EXISTS recapd_test_replica;"
                "CREATE ROLE recapd_test_replica LOGIN;"
                "ALTER ROLE recapd_test_replica"
                " SET session_replication_role = replica;"
                "ALTER DATABASE "
                + fresh.name() + " OWNER TO recapd_test_replica");
  const auto url = fresh.as("recapd_test_replica");
  CAF_CHECK(has(refusal(url), "session_replication_role"));
  // A node that connects again is refused, too.
  try {
    const postgres::connection again{url};
    CAF_FAIL("it was not refused");
  } catch (const unfit_connection &e) {
    CAF_CHECK(has(e.what(), "session_replication_role"));
  }
  server.script("ALTER ROLE recapd_test_replica RESET ALL");
  CAF_CHECK_EQUAL(refusal(url), "none");
  server.script("DROP DATABASE " + fresh.name() + " WITH (FORCE)");
  server.script("CREATE DATABASE " + fresh.name());
  server.script("DROP ROLE recapd_test_replica");
}

CAF_TEST(a database in another encoding is refused by name) {
  postgres::connection server{pg_database::server()};
  for (const auto *encoding : {"LATIN1", "SQL_ASCII"}) {
    const pg_database fresh{"encoded"};
    server.script("DROP DATABASE " + fresh.name());
    server.script("CREATE DATABASE " + fresh.name() + " ENCODING '" + encoding
                  + "' LOCALE 'C' TEMPLATE template0");
    CAF_CHECK(has(refusal(fresh.url()),
                  std::string{"server_encoding is "} + encoding));
  }
}

CAF_TEST(the tables are found in whatever schema they are) {
  const pg_database fresh{"elsewhere"};
  postgres::connection raw{fresh.url()};
  raw.script("CREATE SCHEMA \"the engine's\"; CREATE SCHEMA app");
  const auto path = [&](const std::string &schema) {
    return with(fresh.url(), "options=-csearch_path%3D" + schema);
  };
  migrate(path("%22the%5C%20engine's%22"));
  const auto where = [&] {
    return raw
        .script("SELECT string_agg(schemaname, ' ') FROM pg_tables"
                " WHERE tablename = 'journal'")
        .text(0, 0);
  };
  CAF_CHECK_EQUAL(where(), "the engine's");
  // Nobody is given a second, empty set of tables by a changed path.
  for (const auto *other : {"app", "public", "%22%22"}) {
    migrate(path(other));
    const auto s = postgres::open_store(path(other));
    s->insert_inbox("e");
    CAF_CHECK_EQUAL(s->read_inbox(0, 10).size(), 1u);
    raw.script("DELETE FROM \"the engine's\".inbox");
  }
  CAF_CHECK_EQUAL(where(), "the engine's");
  raw.script("INSERT INTO \"the engine's\".inbox (event) VALUES ('e')");
  raw.script("SELECT * FROM \"the engine's\".outcomes");
}

CAF_TEST(of two installations the path decides or nobody) {
  const pg_database fresh{"twice"};
  postgres::connection raw{fresh.url()};
  migrate(fresh.url());
  raw.script("CREATE SCHEMA app; CREATE TABLE app.feed_epoch (a int);"
             "CREATE TABLE app.schema_migrations AS TABLE"
             " public.schema_migrations");
  CAF_CHECK_EQUAL(refusal(fresh.url()), "none");
  CAF_CHECK(has(refusal(with(fresh.url(), "options=-csearch_path%3Dnowhere")),
                "search_path"));
}

CAF_TEST(a server that forgets is told of) {
  const auto &database = pg_database::emptied();
  postgres::connection raw{database.url()};
  const auto off = raw.script("SELECT count(*) FROM pg_settings WHERE name IN"
                              " ('fsync', 'full_page_writes')"
                              " AND setting = 'off'")
                       .number(0, 0);
  CAF_CHECK_EQUAL(migrate(database.url()).unsafe.size(),
                  static_cast<std::size_t>(off));
}
