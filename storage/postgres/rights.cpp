// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/rights.hpp"

#include <optional>
#include <string>

#include "storage/postgres/connection.hpp"

namespace recapd::storage::postgres {

namespace {

struct need {
  const char *table;
  const char *rights;
};

/// The tables and views of the schema, and the rights on them, as
/// docs/operations.md grants them; of some tables single columns may be
/// updated. To lock a row takes UPDATE, to lock a table more than SELECT.
constexpr need on_tables[] = {
    {"schema_migrations", "SELECT"},
    {"ledger_entries", "SELECT"},
    {"session_standings", "SELECT"},
    {"waiting", "SELECT"},
    {"manual_clock", "SELECT, INSERT, UPDATE"},
    {"policies", "SELECT, INSERT, UPDATE"},
    {"sink_cursors", "SELECT, INSERT, UPDATE"},
    {"usage", "SELECT, INSERT, UPDATE"},
    {"ledger", "SELECT, INSERT, UPDATE"},
    {"sessions", "SELECT, INSERT, UPDATE"},
    {"reminders", "SELECT, INSERT, UPDATE"},
    {"marks", "SELECT, INSERT, DELETE"},
    {"disbursements", "SELECT, INSERT, UPDATE"},
    {"disbursed", "SELECT, INSERT, UPDATE"},
    {"disbursement_runs", "SELECT, INSERT, UPDATE"},
    {"session_students", "SELECT, INSERT"},
    {"journal", "SELECT, INSERT"},
    {"feed_epoch", "SELECT, UPDATE"},
    {"shards", "SELECT, UPDATE"},
    {"inbox", "SELECT, INSERT, DELETE"},
    {"forwarded", "SELECT, INSERT, DELETE"},
    {"dead_letters", "SELECT, INSERT, DELETE"},
    {"epochs", "SELECT, INSERT, DELETE"},
    {"secret_keys", "SELECT, INSERT, DELETE"},
    {"standings", "SELECT, INSERT, UPDATE, DELETE"},
    {"nodes", "SELECT, INSERT, UPDATE, DELETE"},
    {"leases", "SELECT, INSERT, UPDATE, DELETE"},
    {"held_deliveries", "SELECT, INSERT, UPDATE, DELETE"},
    {"mails", "SELECT, INSERT, UPDATE, DELETE"},
    {"people", "SELECT, INSERT, UPDATE, DELETE"},
    {"probes", "INSERT, TRUNCATE"},
};

constexpr const char *on_functions[] = {
    "recapd_now()", "recapd_refuse(text, text)", "disbursement_trouble(text)"};

/// Selects the relations and functions that are not there, the rights that the
/// role lacks on the others, and the role. Whoever may not use the schema finds
/// nothing in it: then nothing else is said.
constexpr const char *look = R"sql(
WITH shut AS (
  SELECT nspname AS name FROM pg_namespace
   WHERE nspname = (parse_ident(current_setting('search_path'), false))[1]
     AND NOT has_schema_privilege(oid, 'USAGE')),
needs AS (
  SELECT t AS name, to_regclass(t) AS found, rights
    FROM unnest($1::text[], $2::text[]) AS n (t, rights)
   WHERE NOT EXISTS (SELECT FROM shut)),
functions AS (
  SELECT f AS name, to_regprocedure(f) AS found FROM unnest($3::text[]) AS f
   WHERE NOT EXISTS (SELECT FROM shut)),
absent AS (
  SELECT 'table or view ' || string_agg(name, ', ' ORDER BY name) AS words
    FROM needs WHERE found IS NULL
  UNION ALL
  SELECT 'function ' || string_agg(name, ', ' ORDER BY name)
    FROM functions WHERE found IS NULL),
lacking AS (
  SELECT 'USAGE on schema ' || name AS words FROM shut
  UNION ALL
  SELECT string_agg(r, ', ') || ' on table ' || name
    FROM needs, regexp_split_to_table(rights, ', ') AS r
   WHERE NOT has_table_privilege(found, r) GROUP BY name
  UNION ALL
  SELECT 'UPDATE (' || string_agg(c, ', ') || ') on table ' || name
    FROM needs, regexp_split_to_table(
      CASE WHEN name = 'journal' THEN 'outcome,told_until,events,notifications'
           WHEN name IN ('inbox', 'forwarded', 'dead_letters') THEN 'event'
      END, ',') AS c
   WHERE NOT has_column_privilege(found, c, 'UPDATE')
   GROUP BY name
  UNION ALL
  SELECT 'EXECUTE on function ' || name FROM functions
   WHERE NOT has_function_privilege(found, 'EXECUTE'))
SELECT (SELECT string_agg(words, ', no ') FROM absent),
       (SELECT string_agg(words, ', ') FROM lacking), current_user)sql";

struct shortcomings {
  std::optional<std::string> absent;
  std::optional<std::string> lacking;
  std::string role;
};

shortcomings find_shortcomings(connection &c) {
  array_argument tables{column_type::text}, rights{column_type::text},
      functions{column_type::text};
  for (const auto &n : on_tables) {
    tables.text(n.table);
    rights.text(n.rights);
  }
  for (const auto *f : on_functions)
    functions.text(f);
  const auto rows =
      c.run_once(look, arguments{}.take(tables, rights, functions));
  const auto text_at = [&](int column) -> std::optional<std::string> {
    if (rows.null(0, column)) return std::nullopt;
    return rows.text(0, column);
  };
  return {.absent = text_at(0), .lacking = text_at(1), .role = rows.text(0, 2)};
}

void refuse_absent(const shortcomings &found) {
  if (found.absent)
    throw error{trouble::other, "42P01",
                "recapd's schema is not whole: there is no " + *found.absent
                    + "; restore the database, or name an empty one",
                false};
}

}  // namespace

void require_whole(connection &c) {
  refuse_absent(find_shortcomings(c));
}

void require_rights(connection &c) {
  const auto found = find_shortcomings(c);
  refuse_absent(found);
  if (found.lacking)
    throw error{*cause_of_statement("42501"), trouble::other,
                "role " + found.role + " has not " + *found.lacking};
}

}  // namespace recapd::storage::postgres
