// Records: columns to select of the main tables, and how to read their rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/event_lines.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Returns the events of each session up to a version, in the order of `of`.
[[nodiscard]] std::vector<session_events>
events_of(connection &c, std::span<const session_version> of);

/// Returns the columns of `journal AS c` for read_outcome.
[[nodiscard]] std::string outcome_columns();
/// Reads an outcome's row, whose columns begin at `first`.
[[nodiscard]] outcome_row read_outcome(const result_set &rows, int row,
                                       int first);

/// A row of the journal that has events.
struct journal_row {
  std::string session;
  std::int64_t position = 0;  ///< the first event's
  std::vector<event_row> events;
};

/// Returns the columns of `journal AS j` for read_journal. Without their lines
/// (`events` is "NULL") events are read up to the last that has notifications,
/// with nothing else.
[[nodiscard]] std::string
journal_columns(const std::string &events = "j.events");
/// Reads what all of a row's events share, from the same columns.
[[nodiscard]] event_origin read_origin(const result_set &rows, int row,
                                       int first = 0);
[[nodiscard]] journal_row read_journal(const result_set &rows, int row,
                                       int first = 0);

/// Reads the kind of a transfer in `column`.
[[nodiscard]] workflows::transfer_kind
read_transfer_kind(const result_set &rows, int row, int column);
/// Returns the columns of `ledger` for read_transfer.
[[nodiscard]] std::string transfer_columns();
[[nodiscard]] transfer_row read_transfer(const result_set &rows, int row);

}  // namespace recapd::storage::postgres
