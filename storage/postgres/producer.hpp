// The producer: the role of those who send commands by SQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::storage::postgres {

class connection;

/// Makes the role `recapd_producer`, one for all databases of a server, and
/// gives it the rights that it lacks in this one. Returns what somebody with
/// more rights must run instead; empty: nothing.
[[nodiscard]] std::string ensure_producer(connection &c);

/// Returns a statement for psql that makes and equips the role, as far as the
/// role that runs it may.
[[nodiscard]] std::string producer_script(connection &c);

}  // namespace recapd::storage::postgres
