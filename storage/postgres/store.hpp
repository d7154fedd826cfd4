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

/// What the program itself cannot mend in a database, from `migrate`.
struct database_notes {
  std::string to_run;  ///< SQL for somebody with more rights; empty: nothing
  std::vector<std::string> unsafe;  ///< settings of the server, a sentence each
};

/// Runs the migrations that are missing, once, under a lock, and checks that
/// what a node needs is there and that the role has the rights on it. Throws
/// schema_error if the database is newer than this program, or if the program
/// cannot work on it before somebody changes something.
database_notes migrate(const endpoint &to);
/// Returns the names of missing migrations, in order; where none is, what they
/// made is there. Throws as `migrate` does.
[[nodiscard]] std::vector<std::string> missing_migrations(const endpoint &to);
/// Returns SQL for psql that does in one transaction what `migrate` would do; a
/// comment where nothing is missing. Throws as `migrate` does.
[[nodiscard]] std::string migration_script(const endpoint &to);
/// Returns true where recapd's tables are in the database, in whichever schema.
/// Throws as `migrate` does.
[[nodiscard]] bool has_tables(const endpoint &to);

/// Returns true if the node that started last has a manual clock. Throws as
/// `migrate` does.
[[nodiscard]] bool has_manual_clock(const endpoint &to);

/// Opens a store on its own connection, at once. After a broken connection the
/// next call connects again, to the same epoch only (storage/epochs.hpp).
[[nodiscard]] std::unique_ptr<store> open_store(const endpoint &to);

/// Waits for NOTIFY on a channel, on its own connection.
class listener {
public:
  virtual ~listener() = default;
  /// Returns true if something was notified, false after `timeout`. Throws
  /// storage_error{unavailable}; the next call connects again and returns true,
  /// since a notification may have been missed.
  virtual bool wait(std::chrono::milliseconds timeout) = 0;
};
/// Opens a listener on `channel`: `recapd_inbox` tells of new inbox rows.
[[nodiscard]] std::unique_ptr<listener>
open_listener(const endpoint &to, const std::string &channel);

}  // namespace recapd::storage::postgres
