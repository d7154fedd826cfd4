// Records: columns to select of the main tables, and how to read their rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Returns the columns of `sessions AS s` for read_session.
[[nodiscard]] std::string session_columns();
/// Reads a session's row, whose columns begin at `first`.
[[nodiscard]] session_row read_session(const result_set &rows, int row,
                                       int first = 0);

/// Returns the columns of `commands AS c` for read_outcome.
[[nodiscard]] std::string outcome_columns();
/// Reads an outcome's row, whose columns begin at `first`.
[[nodiscard]] outcome_row read_outcome(const result_set &rows, int row,
                                       int first);

/// Returns the columns of `session_events AS e` for read_event.
[[nodiscard]] std::string event_columns();
[[nodiscard]] event_row read_event(const result_set &rows, int row, int first);

/// Reads the kind of a transfer in `column`.
[[nodiscard]] workflows::transfer_kind
read_transfer_kind(const result_set &rows, int row, int column);
/// Returns the columns of `ledger` for read_transfer.
[[nodiscard]] std::string transfer_columns();
[[nodiscard]] transfer_row read_transfer(const result_set &rows, int row);

}  // namespace recapd::storage::postgres
