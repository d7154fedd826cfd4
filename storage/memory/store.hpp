// The store in memory: PostgreSQL's twin for tests and simulation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "storage/store.hpp"

namespace recapd::storage::memory {

/// The database that several memory stores share.
class database;
[[nodiscard]] std::shared_ptr<database> make_database();

/// Opens a "connection" to the database. It is deterministic: no clock (inbox
/// rows get the manual clock's time of receipt, which must be set first), no
/// threads, no randomness.
[[nodiscard]] std::unique_ptr<store>
open_store(std::shared_ptr<database> database);

}  // namespace recapd::storage::memory
