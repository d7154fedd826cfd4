// The rights that a node needs in its database, where it does not own it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::storage::postgres {

class connection;

/// Throws error 42501 that names each right the role lacks, and the role.
void require_rights(connection &c);

}  // namespace recapd::storage::postgres
