// Entering an epoch: it is read, and written by the first that meets it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/epochs.hpp"

namespace recapd::storage::postgres {

class plain_connection;

/// The database in which a connection is, and that database's epochs.
struct entered_epoch {
  database_place place;
  epoch_list epochs;
};

/// Reads in which database the connection is.
[[nodiscard]] database_place find_place(plain_connection &c);

/// Reads in which database the connection is and enters its epoch, writing the
/// epoch's row where the connection is the first to meet it. Throws
/// unfit_connection where a live node has seen another database, or a later
/// timeline of this one.
[[nodiscard]] entered_epoch enter_epoch(plain_connection &c);

}  // namespace recapd::storage::postgres
