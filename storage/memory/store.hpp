// The store in memory: PostgreSQL's twin for tests and simulation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "storage/store.hpp"

namespace recapd::storage::memory {

/// What several memory stores share: one "database".
class database;
[[nodiscard]] std::shared_ptr<database> make_database();

/// A "connection" to it. Deterministic: no clock (inbox receipt times are the
/// manual clock's, which must be set first), no threads, no randomness.
[[nodiscard]] std::unique_ptr<store>
open_store(std::shared_ptr<database> database);

}  // namespace recapd::storage::memory
