// Rights: what a node needs in a database, and on what its role does not own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::storage::postgres {

class connection;

/// Throws an error 42P01 that does not heal and names each table, view and
/// function that a node needs and that is not there.
void require_whole(connection &c);

/// Throws as `require_whole` does, or an error 42501 that names the role, and
/// each right that it lacks.
void require_rights(connection &c);

}  // namespace recapd::storage::postgres
