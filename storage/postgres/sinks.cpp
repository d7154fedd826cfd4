// The store's queries of sinks: where they stand, and which sessions they hold.
// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

held_session read_held(const result_set &rows, int i, int at) {
  held_session held{.session = rows.text(i, at),
                    .position = rows.number(i, at + 1),
                    .message = static_cast<int>(rows.number(i, at + 2)),
                    .tries = static_cast<int>(rows.number(i, at + 3)),
                    .refusals = static_cast<int>(rows.number(i, at + 4)),
                    .next_try_at = rows.at(i, at + 6)};
  if (!rows.null(i, at + 5)) held.refused_since = rows.at(i, at + 5);
  return held;
}

}  // namespace

sink_state sql_store::load_sink(std::string_view sink) {
  static const prepared_statement statement{
      "load_sink",
      "SELECT s.position, s.version, h.session_id, h.position, h.message,"
      " h.tries, h.refusals, "
          + micros("h.refused_since") + ", " + micros("h.next_try_at")
          + " FROM sink_cursors AS s LEFT JOIN held_deliveries AS h"
            " ON h.sink = s.sink WHERE s.sink = $1::text"
            " ORDER BY h.session_id"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.text(sink));
    sink_state out;
    for (int i = 0; i < rows.size(); ++i) {
      out.position = rows.number(i, 0);
      out.version = rows.number(i, 1);
      if (!rows.null(i, 2)) out.held.push_back(read_held(rows, i, 2));
    }
    return out;
  });
}

bool sql_store::save_sink(std::string_view sink, const sink_change &change) {
  // A second writer waits for the cursor's row, and finds another version.
  static const prepared_statement statement{"save_sink", R"sql(
WITH moved AS (
  INSERT INTO sink_cursors AS s (sink, position, version)
  SELECT $1::text, $3::int8, $2::int8 + 1
   WHERE $2::int8 = 0 OR EXISTS (SELECT FROM sink_cursors WHERE sink = $1::text)
      ON CONFLICT (sink) DO UPDATE
     SET position = excluded.position, version = excluded.version
   WHERE s.version = $2::int8
  RETURNING 1),
held AS (
  INSERT INTO held_deliveries (sink, session_id, position, message, tries,
                               refusals, refused_since, next_try_at)
  SELECT $1::text, h.*
    FROM moved, unnest($4::text[], $5::int8[], $6::int4[], $7::int4[],
                       $8::int4[], $9::timestamptz[], $10::timestamptz[]) AS h
      ON CONFLICT (sink, session_id) DO UPDATE
     SET position = excluded.position, message = excluded.message,
         tries = excluded.tries, refusals = excluded.refusals,
         refused_since = excluded.refused_since,
         next_try_at = excluded.next_try_at),
released AS (
  DELETE FROM held_deliveries AS h USING moved
   WHERE h.sink = $1::text AND h.session_id = ANY ($11::text[]))
SELECT count(*) FROM moved)sql"};
  array_argument session{column_type::text}, position{column_type::int8},
      message{column_type::int4}, tries{column_type::int4},
      refusals{column_type::int4}, refused_since{column_type::timestamptz},
      next_try_at{column_type::timestamptz};
  for (const auto &held : change.held) {
    session.text(held.session);
    position.number(held.position);
    message.number(held.message);
    tries.number(held.tries);
    refusals.number(held.refusals);
    refused_since.at(held.refused_since);
    next_try_at.at(held.next_try_at);
  }
  arguments args;
  args.text(sink).int8(change.version).int8(change.position);
  args.take(session, position, message, tries, refusals, refused_since,
            next_try_at);
  args.texts(change.released);
  return with(
      [&](connection &c) { return c.run(statement, args).number(0, 0) == 1; });
}

}  // namespace recapd::storage::postgres
