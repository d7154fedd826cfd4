// The settings that a connection depends on, whatever sets others elsewhere.
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
/// endpoint of `c`.
void require_lasting_settings(plain_connection &c, const endpoint &to);

/// Sets what recapd depends on and the longest time of a statement (0: none),
/// and reads the settings back. Throws unfit_connection where one did not take.
void pin_settings(plain_connection &c, std::chrono::milliseconds statement);

}  // namespace recapd::storage::postgres
