// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/rights.hpp"

#include "storage/postgres/connection.hpp"

namespace recapd::storage::postgres {

namespace {

struct need {
  const char *table;
  const char *rights;
};

/// The rights on tables, as docs/operations.md grants them. To lock a row takes
/// UPDATE, to lock a table more than SELECT.
constexpr need on_tables[] = {
    {"schema_migrations", "SELECT"},
    {"command_outcomes", "SELECT"},
    {"ledger_entries", "SELECT"},
    {"waiting", "SELECT"},
    {"manual_clock", "SELECT, INSERT, UPDATE"},
    {"policies", "SELECT, INSERT, UPDATE"},
    {"sink_cursors", "SELECT, INSERT, UPDATE"},
    {"sessions", "SELECT, INSERT, UPDATE"},
    {"commands", "SELECT, INSERT, UPDATE"},
    {"usage", "SELECT, INSERT, UPDATE"},
    {"ledger", "SELECT, INSERT, UPDATE"},
    {"session_events", "SELECT, INSERT"},
    {"session_lists", "SELECT, INSERT"},
    {"feed_epoch", "SELECT, UPDATE"},
    {"shards", "SELECT, UPDATE"},
    {"inbox", "SELECT, INSERT, DELETE"},
    {"forwarded", "SELECT, INSERT, DELETE"},
    {"dead_letters", "SELECT, INSERT, DELETE"},
    {"epochs", "SELECT, INSERT, DELETE"},
    {"nodes", "SELECT, INSERT, UPDATE, DELETE"},
    {"leases", "SELECT, INSERT, UPDATE, DELETE"},
    {"held_deliveries", "SELECT, INSERT, UPDATE, DELETE"},
    {"probes", "INSERT, TRUNCATE"},
};

constexpr const char *on_functions[] = {"recapd_now()",
                                        "recapd_refuse(text, text)"};

constexpr const char *missing = R"sql(
SELECT string_agg(words, ', '), current_user FROM (
  SELECT string_agg(r, ', ') || ' on table ' || n.t AS words
    FROM unnest($1::text[], $2::text[]) AS n (t, rights),
         regexp_split_to_table(n.rights, ', ') AS r
   WHERE NOT has_table_privilege(n.t, r) GROUP BY n.t
  UNION ALL
  SELECT 'EXECUTE on function ' || f FROM unnest($3::text[]) AS f
   WHERE NOT has_function_privilege(f, 'EXECUTE')) AS lacking)sql";

}  // namespace

void require_rights(connection &c) {
  array_argument tables{column_type::text}, rights{column_type::text},
      functions{column_type::text};
  for (const auto &n : on_tables) {
    tables.text(n.table);
    rights.text(n.rights);
  }
  for (const auto *f : on_functions)
    functions.text(f);
  const auto rows =
      c.run_once(missing, arguments{}.take(tables, rights, functions));
  if (rows.null(0, 0)) return;
  throw error{*cause_of_statement("42501"), trouble::other,
              "role " + rows.text(0, 1) + " has not " + rows.text(0, 0)};
}

}  // namespace recapd::storage::postgres
