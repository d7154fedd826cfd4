// Who holds the feed back: the oldest open transaction that events wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

/// The expression that makes the whole number of a transaction's id of 32 bits
/// near `high`, an int8.
[[nodiscard]] std::string pg_whole_xid(const std::string &xid,
                                       const std::string &high);

/// The condition that a role, an oid, may write events: as the owner, or by a
/// right of its own.
[[nodiscard]] std::string pg_may_write_events(const std::string &role);

struct feed_holder {
  std::string transaction;  ///< its id, which no other has at the same time
  std::string who;          ///< for people: pid, user, database, application
  /// Since it began; nothing where the server does not tell this role.
  std::optional<std::chrono::seconds> age;
};

/// A connection of its own. Blocking; not thread safe.
class feed_holders {
public:
  virtual ~feed_holders() = default;
  /// Nothing where no event waits. Throws storage_error{unavailable}.
  [[nodiscard]] virtual std::optional<feed_holder> look() = 0;
};

/// Throws storage_error{unavailable}.
[[nodiscard]] std::unique_ptr<feed_holders>
open_feed_holders(const endpoint &to);

}  // namespace recapd::storage::postgres
