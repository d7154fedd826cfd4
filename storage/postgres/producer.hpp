// The role of those who send commands by SQL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::storage::postgres {

class connection;

/// Makes the role `recapd_producer`, one for all databases of a server, and
/// gives it its rights in this one, where they are missing. Returns what
/// somebody with more rights must run instead; empty: nothing.
[[nodiscard]] std::string ensure_producer(connection &c);

/// Returns a statement for psql that does the same as far as its role may.
[[nodiscard]] std::string producer_script(connection &c);

}  // namespace recapd::storage::postgres
