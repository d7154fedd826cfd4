// Rows of the main tables: the columns to select and how to read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Of `sessions AS s`.
[[nodiscard]] std::string session_columns();
/// `first`: where those columns begin.
[[nodiscard]] session_row read_session(const result_set &rows, int row,
                                       int first = 0);

/// Of `command_outcomes AS c` the outcome is whole, of `commands AS c` it is as
/// it is stored.
[[nodiscard]] std::string outcome_columns();
/// `first`: where those columns begin.
[[nodiscard]] outcome_row read_outcome(const result_set &rows, int row,
                                       int first);

/// Of `session_events AS e`.
[[nodiscard]] std::string event_columns();
[[nodiscard]] event_row read_event(const result_set &rows, int row, int first);

/// Of `session_id, kind, from_account, to_account, amount, currency, at`.
[[nodiscard]] workflows::transfer_kind
read_transfer_kind(const result_set &rows, int row, int column);
/// A row of the ledger with these columns.
[[nodiscard]] std::string transfer_columns();
[[nodiscard]] transfer_row read_transfer(const result_set &rows, int row);

}  // namespace recapd::storage::postgres
