// What a session of ours depends on, whatever role, database, environment and
// URL set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "storage/postgres/errors.hpp"

namespace recapd::storage::postgres {

class plain_connection;
struct endpoint;

/// Throws unfit_session where a pool gives each transaction another session:
/// settings, locks and LISTEN would not last. `to` is the connection's.
void require_lasting_session(plain_connection &c, const endpoint &to);

/// Sets what recapd depends on and reads it back, and the bound of a statement
/// (0: none). Throws unfit_session where something did not take.
void pin_session(plain_connection &c, std::chrono::milliseconds statement);

}  // namespace recapd::storage::postgres
