// Secret keys in PostgreSQL, by the server's clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "storage/postgres/endpoint.hpp"
#include "storage/secret_keys.hpp"

namespace recapd::storage::postgres {

/// Opens the keys for one purpose of a migrated database, and connects at once.
/// Throws storage_error.
[[nodiscard]] std::unique_ptr<key_store>
open_secret_keys(const endpoint &to, const std::string &purpose = "cookies");

}  // namespace recapd::storage::postgres
