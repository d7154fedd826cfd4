// The PostgreSQL store, by libpqxx.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/postgres/endpoint.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// What the program itself cannot mend in a database.
struct database_notes {
  std::string to_run;  ///< SQL for somebody with more rights; empty: nothing
  std::vector<std::string> unsafe;  ///< settings of the server, a sentence each
};

/// Runs the migrations that are missing, once, under a lock, and looks whether
/// the role has what a node needs. Throws schema_error if the database is newer
/// than this program, or if the program cannot work on it before somebody
/// changes something.
database_notes migrate(const endpoint &to);
/// The names of those that are missing, in order. Throws as `migrate`.
[[nodiscard]] std::vector<std::string> missing_migrations(const endpoint &to);
/// Returns SQL for psql that does in one transaction what `migrate` would do;
/// a comment where nothing is missing. Throws as `migrate`.
[[nodiscard]] std::string migration_script(const endpoint &to);

/// A store on its own connection, opened at once. After a broken connection the
/// next call connects again, to the same epoch only (storage/epochs.hpp).
[[nodiscard]] std::unique_ptr<store> open_store(const endpoint &to);

/// Waits for NOTIFY on a channel, on its own connection.
class listener {
public:
  virtual ~listener() = default;
  /// True if something was notified, false after `timeout`. Throws
  /// storage_error{unavailable}; the next call connects again (and then says
  /// true, since something may have been missed).
  virtual bool wait(std::chrono::milliseconds timeout) = 0;
};
/// `channel`: `recapd_inbox` (a row was inserted into the inbox).
[[nodiscard]] std::unique_ptr<listener>
open_listener(const endpoint &to, const std::string &channel);

}  // namespace recapd::storage::postgres
