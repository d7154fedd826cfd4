// Rights: what a node needs in a database that its role does not own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace recapd::storage::postgres {

class connection;

/// Throws an error 42501 that names the role, and each right that it lacks.
void require_rights(connection &c);

}  // namespace recapd::storage::postgres
