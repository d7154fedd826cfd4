// The settings that a connection depends on, whatever role, database,
// environment and URL set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "storage/postgres/errors.hpp"

namespace recapd::storage::postgres {

class plain_connection;
struct endpoint;

/// Throws unfit_connection where a pool gives each transaction another session
/// of the server: settings, locks and LISTEN would not last. `to` is the
/// connection's.
void require_lasting_settings(plain_connection &c, const endpoint &to);

/// Sets what recapd depends on and reads it back, and the bound of a statement
/// (0: none). Throws unfit_connection where something did not take.
void pin_settings(plain_connection &c, std::chrono::milliseconds statement);

}  // namespace recapd::storage::postgres
