// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/producer.hpp"

#include "storage/postgres/connection.hpp"

namespace recapd::storage::postgres {

namespace {

constexpr const char *make_role = "CREATE ROLE recapd_producer NOLOGIN";

bool exists(connection &c) {
  return c.script("SELECT 1 FROM pg_roles"
                  " WHERE rolname = 'recapd_producer'")
             .size()
         == 1;
}

/// Makes the role. Of several programs that start together only one can.
void make(connection &c) {
  try {
    c.script(make_role);
  } catch (const error &) {
    if (!exists(c)) throw;
  }
}

bool has_rights(connection &c) {
  return c
      .script("SELECT has_schema_privilege('recapd_producer',"
              "   current_schema(), 'USAGE')"
              " AND has_column_privilege('recapd_producer', 'inbox', 'event',"
              "   'INSERT')"
              " AND has_table_privilege('recapd_producer', 'outcomes',"
              "   'SELECT')"
              " AND has_table_privilege('recapd_producer', 'dead_letters',"
              "   'SELECT')")
      .boolean(0, 0);
}

std::string grants(connection &c) {
  return c
      .script("SELECT format('GRANT USAGE ON SCHEMA %1$I TO recapd_producer;"
              " GRANT INSERT (event) ON %1$I.inbox TO recapd_producer;"
              " GRANT SELECT ON %1$I.outcomes, %1$I.dead_letters"
              " TO recapd_producer', current_schema())")
      .text(0, 0);
}

}  // namespace

std::string ensure_producer(connection &c) {
  std::string missing;
  try {
    if (!exists(c)) {
      missing = std::string{make_role} + "; ";
      make(c);
    }
    missing.clear();
    if (has_rights(c)) return {};
    c.script(grants(c));
    // PostgreSQL only warns of a right that one may not grant.
    return has_rights(c) ? std::string{} : grants(c);
  } catch (const error &e) {
    if (e.kind() == trouble::broken) throw;
    return missing + grants(c);
  }
}

std::string producer_script(connection &c) {
  return "DO $$ BEGIN\n"
         "  IF NOT EXISTS (SELECT FROM pg_roles"
         " WHERE rolname = 'recapd_producer') THEN\n    "
         + std::string{make_role} + ";\n  END IF;\n  " + grants(c)
         + ";\n"
           "EXCEPTION WHEN insufficient_privilege THEN\n"
           "  RAISE WARNING 'recapd migrate tells what the role"
           " recapd_producer lacks';\n"
           "END $$;\n";
}

}  // namespace recapd::storage::postgres
