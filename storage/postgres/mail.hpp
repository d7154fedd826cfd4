// Mail to be sent in PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "storage/mail.hpp"
#include "storage/postgres/endpoint.hpp"

namespace recapd::storage::postgres {

/// Opens the mail of a migrated database, and connects at once. Throws
/// storage_error.
[[nodiscard]] std::unique_ptr<mail_store> open_mail(const endpoint &to);

}  // namespace recapd::storage::postgres
