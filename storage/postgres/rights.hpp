// The rights that a node needs in its database, where it does not own it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::storage {

class pg_connection;

/// Throws pg_error 42501 that names each right the role lacks, and the role.
void require_rights(pg_connection &c);

}  // namespace recapd::storage
