// PostgreSQL alone, beside the engine's store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caf/test/unit_test.hpp"
#include "storage/postgres/store.hpp"
#include "worlds.hpp"

namespace recapd::storage::test {

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The text of the schema_error, or `none`.
inline std::string refusal(const std::string &url) {
  try {
    postgres::migrate(url);
    return "none";
  } catch (const schema_error &e) {
    CAF_MESSAGE(e.what());
    return e.what();
  }
}

struct pg_fixture {
  pg_database &database = pg_database::emptied();
  std::unique_ptr<store> s = postgres::open_store(database.url());
};

/// With a connection besides the store's.
struct raw_fixture : pg_fixture {
  postgres::connection raw{database.url()};

  /// The SQLSTATE and the first line, or `done`.
  static std::string tried_by(postgres::connection &by,
                              const std::string &sql) {
    try {
      by.script(sql);
      return "done";
    } catch (const postgres::error &e) {
      return e.sqlstate() + " " + e.what();
    }
  }
  std::string tried(const std::string &sql) { return tried_by(raw, sql); }

  static bool says(const std::string &answer, std::string_view part) {
    CAF_MESSAGE(answer);
    return has(answer, part);
  }
  bool refused(const std::string &sql, std::string_view by) {
    return says(tried(sql), by);
  }
};

}  // namespace recapd::storage::test

using namespace recapd::storage;
using namespace recapd::storage::postgres;
using namespace recapd::storage::test;
