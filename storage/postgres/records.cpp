// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/records.hpp"

#include <charconv>
namespace recapd::storage::postgres {

std::string outcome_columns() {
  return "c.source, c.id, encode(c.content, 'hex'), c.session_id, c.version, "
         + micros("c.at")
         + ", c.outcome, c.scope, c.who,"
           " greatest(0, ceil(extract(epoch FROM c.told_until - now())))::int8";
}

outcome_row read_outcome(const result_set &rows, int row, int first) {
  outcome_row out{.source = rows.text(row, first),
                  .id = rows.text(row, first + 1),
                  .content = {},
                  .session = rows.text(row, first + 3),
                  .version = static_cast<int>(rows.number(row, first + 4)),
                  .received_at = rows.at(row, first + 5),
                  .outcome = rows.text(row, first + 6),
                  .scope = rows.text(row, first + 7),
                  .who = rows.text(row, first + 8),
                  .told_for =
                      std::chrono::seconds{rows.number(row, first + 9)}};
  const auto hex = rows.text(row, first + 2);
  for (std::size_t i = 0; i < out.content.size() && 2 * i + 2 <= hex.size();
       ++i)
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, out.content[i],
                    16);
  return out;
}

std::string journal_columns(const std::string &events) {
  return "j.session_id, j.position, j.before, j.version, " + micros("j.at")
         + ", j.who, j.source, j.id, j.traceparent, j.draw, " + events
         + ", j.notifications";
}

event_origin read_origin(const result_set &rows, int row, int first) {
  return {.before = static_cast<int>(rows.number(row, first + 2)),
          .at = rows.at(row, first + 4),
          .who = rows.text(row, first + 5),
          .source = rows.text(row, first + 6),
          .id = rows.text(row, first + 7),
          .traceparent = rows.text(row, first + 8),
          .draw = static_cast<std::uint32_t>(rows.number(row, first + 9))};
}

journal_row read_journal(const result_set &rows, int row, int first) {
  const auto from = read_origin(rows, row, first);
  const auto count = rows.number(row, first + 3) - from.before;
  return {.session = rows.text(row, first),
          .position = rows.number(row, first + 1) - count + 1,
          .events = read_lines({.events = rows.text(row, first + 10),
                                .notifications = rows.text(row, first + 11)},
                               from)};
}

workflows::transfer_kind read_transfer_kind(const result_set &rows, int row,
                                            int column) {
  // The column's CHECK admits no other text.
  return workflows::parse_transfer_kind(rows.text(row, column)).value();
}

std::string transfer_columns() {
  return "session_id, kind, from_account, to_account, amount, currency, n, "
         + micros("at");
}

transfer_row read_transfer(const result_set &rows, int row) {
  return {.session = rows.text(row, 0),
          .what = {.kind = read_transfer_kind(rows, row, 1),
                   .from = rows.text(row, 2),
                   .to = rows.text(row, 3),
                   .amount = rows.number(row, 4),
                   .currency = rows.text(row, 5),
                   .n = static_cast<int>(rows.number(row, 6))},
          .at = rows.at(row, 7)};
}

}  // namespace recapd::storage::postgres
