// Leases in PostgreSQL.
// The whole table is read, changed and written back under a lock, by the
// server's clock. A heartbeat that changes nothing but its own node's expiry,
// as nearly all do, is one statement without the lock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "storage/leases.hpp"
#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

/// Opens the leases of a migrated database, and connects at once.
[[nodiscard]] std::unique_ptr<lease_store> open_leases(const endpoint &to);

}  // namespace recapd::storage::postgres
