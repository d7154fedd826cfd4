// The feed's holder: the oldest open transaction for which events wait.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

/// Returns the SQL expression that makes a transaction's id of 32 bits whole,
/// as the one near `high`, an int8.
[[nodiscard]] std::string pg_whole_xid(const std::string &xid,
                                       const std::string &high);

/// Returns the SQL condition that a role, given by its oid, may write events:
/// as the owner, or by a right of its own.
[[nodiscard]] std::string pg_may_write_events(const std::string &role);

struct feed_holder {
  std::string transaction;  ///< its id, unique at any time
  std::string who;          ///< for people: pid, user, database, application
  /// The time since it began; nothing where the server does not tell this role.
  std::optional<std::chrono::seconds> age;
};

/// Looks for holders on a connection of its own. Blocking; not thread safe.
class feed_holders {
public:
  virtual ~feed_holders() = default;
  /// Returns the oldest holder; nothing where no event waits. Throws
  /// storage_error{unavailable}.
  [[nodiscard]] virtual std::optional<feed_holder> look() = 0;
};

/// Connects. Throws storage_error{unavailable}.
[[nodiscard]] std::unique_ptr<feed_holders>
open_feed_holders(const endpoint &to);

}  // namespace recapd::storage::postgres
