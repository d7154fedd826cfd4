// A connection's epoch: read, and written where it is the first to meet it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/epochs.hpp"

namespace recapd::storage::postgres {

class plain_connection;

/// Where a connection is, and the epochs of that database.
struct entered_epoch {
  database_place place;
  epoch_list epochs;
};

/// Reads where the connection is and enters its epoch, writing its row where
/// it is the first to meet it. Throws unfit_connection where a node that lives
/// has seen another database, or a later timeline of this one.
[[nodiscard]] entered_epoch enter_epoch(plain_connection &c);

}  // namespace recapd::storage::postgres
