// The inbox, what nodes forward to each other, and the dead letters.
// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/letter_columns.hpp"
#include "storage/postgres/page.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

/// The first and last time that RFC 3339 can write; with infinity and with
/// other years nothing can be reckoned.
constexpr const char *first_moment = "'0001-01-01 00:00:00+00'";
constexpr const char *last_moment = "'9999-12-31 23:59:59+00'";

/// Returns the expression of `received_at`, null where it is no such time.
std::string moment_or_null() {
  return std::string{"CASE WHEN received_at BETWEEN "} + first_moment + " AND "
         + last_moment + " THEN " + micros("received_at") + " END";
}

std::string moment_within(const std::string &column) {
  return micros(std::string{"greatest("} + first_moment + ", least("
                + last_moment + ", " + column + "))");
}

letter_direction direction_of(std::string_view text) {
  return text == to_string(letter_direction::out) ? letter_direction::out
                                                  : letter_direction::in;
}

/// Returns the statement that reads the first $3 rows in the ranges $1 to $2. A
/// text is read whole where its length is allowed; of a longer one the
/// beginning is enough for a dead letter.
std::string read_sql(const std::string &ours) {
  const auto too_long =
      "NOT taken AND octet_length(event) > " + std::to_string(max_letter_bytes);
  return "SELECT i.* FROM unnest($1::int8[], $2::int8[]) AS r (low, high),"
         " LATERAL (SELECT seq, "
         + ours + ", CASE WHEN NOT (" + ours + ") THEN NULL WHEN " + too_long
         + " THEN left(event, " + std::to_string(max_letter_bytes + 1)
         + ") ELSE event END, " + moment_or_null() + ", taken, " + too_long
         + ", sender"
         + " FROM waiting WHERE seq BETWEEN r.low AND r.high"
           " ORDER BY seq LIMIT $3::int4) AS i ORDER BY i.seq LIMIT $3::int4";
}

inbox_row read_row(const result_set &rows, int i) {
  return {.seq = rows.number(i, 0),
          .ours = rows.boolean(i, 1),
          .event = rows.text(i, 2),
          .received_at = rows.at(i, 3),
          .taken = rows.boolean(i, 4),
          .trouble = rows.null(i, 3)      ? row_trouble::no_moment
                     : rows.boolean(i, 5) ? row_trouble::too_long
                                          : row_trouble::none,
          .sender = rows.text(i, 6)};
}

}  // namespace

std::vector<inbox_row>
sql_store::read_inbox_among(std::span<const seq_range> among, int limit,
                            const bucket_set &buckets) {
  static const prepared_statement all{"read_inbox", read_sql("true")};
  // A row in no bucket is no event: bucket 0's node makes it a dead letter.
  static const prepared_statement some{
      "read_inbox_buckets",
      read_sql("CASE WHEN bucket BETWEEN 0 AND "
               + std::to_string(workflows::bucket_count - 1)
               + " THEN bucket ELSE 0 END = ANY ($4::int2[])")};
  array_argument low{column_type::int8}, high{column_type::int8};
  for (const auto &range : among) {
    low.number(range.low);
    high.number(range.high);
  }
  arguments args;
  args.array(low).array(high).int4(limit);
  if (!buckets.all()) {
    array_argument which{column_type::int2};
    for (std::size_t b = 0; b < buckets.size(); ++b)
      if (buckets[b]) which.number(static_cast<int>(b));
    args.array(which);
  }
  return with([&](connection &c) {
    const auto rows = c.run(buckets.all() ? all : some, args);
    std::vector<inbox_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(read_row(rows, i));
    return out;
  });
}

void sql_store::insert_inbox(std::string_view event) {
  static const prepared_statement statement{
      "insert_inbox", "INSERT INTO inbox (event) VALUES ($1::text)"};
  with([&](connection &c) {
    c.run(statement, arguments{}.text(storable(event)));
  });
}

void sql_store::forward(std::span<const inbox_row> rows) {
  static const prepared_statement statement{
      "forward",
      "INSERT INTO forwarded (event, received_at, taken, sender)"
      " SELECT event, received_at, true, sender"
      " FROM unnest($1::text[], $2::timestamptz[], $3::text[])"
      " WITH ORDINALITY AS r (event, received_at, sender, n) ORDER BY n"};
  array_argument events{column_type::text}, times{column_type::timestamptz},
      senders{column_type::text};
  for (const auto &row : rows) {
    events.text(storable(row.event));
    times.at(row.received_at);
    senders.text_or_null(row.sender);
  }
  with([&](connection &c) {
    c.run(statement, arguments{}.array(events).array(times).array(senders));
  });
}

void sql_store::write_dead_letters(std::span<const dead_letter> letters) {
  static const prepared_statement statement{
      "write_dead_letters",
      "WITH entered AS (DELETE FROM inbox WHERE seq = ANY ($8::int8[])),"
      " handed_on AS (DELETE FROM forwarded WHERE seq = ANY ($8::int8[])"
      "   RETURNING seq, letter),"
      " letters AS (SELECT l.*, h.letter"
      "   FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],"
      "     $5::timestamptz[], $6::timestamptz[], $7::text[], $8::int8[],"
      "     $9::text[], $10::text[])"
      "     WITH ORDINALITY AS l (event, reason, code, ingress, received_at,"
      "     at, origin, seq, direction, session_id, n)"
      "     LEFT JOIN handed_on AS h USING (seq)),"
      " again AS (INSERT INTO dead_letters"
      "   (id, event, reason, code, ingress, received_at, at, origin,"
      "     direction, session_id)"
      "   OVERRIDING SYSTEM VALUE"
      "   SELECT letter, event, reason, code, ingress, received_at, at, origin,"
      "     direction, session_id"
      "   FROM letters WHERE letter IS NOT NULL ON CONFLICT DO NOTHING)"
      " INSERT INTO dead_letters"
      " (event, reason, code, ingress, received_at, at, origin, direction,"
      "   session_id)"
      " SELECT event, reason, code, ingress, received_at, at, origin,"
      "   direction, session_id"
      " FROM letters WHERE letter IS NULL"
      " ORDER BY n ON CONFLICT (origin) DO NOTHING"};
  constexpr std::int64_t no_row = 0;
  letter_columns of;
  array_argument seq{column_type::int8};
  for (const auto &letter : letters) {
    of.add(letter);
    seq.number(letter.inbox_seq.value_or(no_row));
  }
  with([&](connection &c) {
    c.run(statement, arguments{}.take(of.event, of.reason, of.code, of.ingress,
                                      of.received_at, of.at, of.origin, seq,
                                      of.direction, of.session));
  });
}

page<dead_letter> sql_store::list_dead_letters(std::int64_t after,
                                               page_bounds most,
                                               const program_set &among) {
  static const auto list = [](const std::string &name,
                              const std::string &condition) {
    return paged(name,
                 "d.id, d.event, d.reason, d.code, d.ingress, "
                     + moment_within("d.received_at") + ", "
                     + moment_within("d.at")
                     + ", coalesce(d.origin, ''), d.direction",
                 "d",
                 "SELECT l.*, octet_length(l.event) AS size"
                 " FROM dead_letters AS l WHERE l.id > $3::int8"
                     + condition,
                 "id");
  };
  static const auto all = list("dead_letters", "");
  static const auto some =
      list("dead_letters_among", " AND " + among_sql("l.session_id", "$4"));
  auto args = page_args(most);
  args.int8(after);
  if (among.only) args.texts(*among.only);
  return with([&](connection &c) {
    return read_page<dead_letter>(
        c.run(among.only ? some : all, args), most,
        [](const result_set &rows, int i, int at) {
          return dead_letter{.id = rows.number(i, at),
                             .event = rows.text(i, at + 1),
                             .reason = rows.text(i, at + 2),
                             .code = rows.text(i, at + 3),
                             .ingress = rows.text(i, at + 4),
                             .received_at = rows.at(i, at + 5),
                             .at = rows.at(i, at + 6),
                             .origin = rows.text(i, at + 7),
                             .direction = direction_of(rows.text(i, at + 8))};
        });
  });
}

letter_retry sql_store::retry_dead_letter(std::int64_t id,
                                          const program_set &among) {
  // The row has its time of receipt as before: deadlines are decided by it.
  static const auto retry = [](const std::string &name,
                               const std::string &condition) {
    const auto letter = "dead_letters AS l WHERE l.id = $1::int8" + condition
                        + " AND l.direction = ";
    return prepared_statement{
        name, "WITH taken AS (DELETE FROM " + letter
                  + "'in' RETURNING id, event, received_at),"
                    " moved AS (INSERT INTO forwarded"
                    "   (event, received_at, taken, letter)"
                    "   SELECT event, received_at, false, id FROM taken"
                    "   RETURNING 1)"
                    " SELECT (SELECT count(*) FROM moved),"
                    " (SELECT count(*) FROM "
                  + letter + "'out')"};
  };
  static const auto all = retry("retry_dead_letter", "");
  static const auto some = retry("retry_dead_letter_among",
                                 " AND " + among_sql("l.session_id", "$2"));
  arguments args;
  args.int8(id);
  if (among.only) args.texts(*among.only);
  return with([&](connection &c) {
    const auto counts = c.run(among.only ? some : all, args);
    return counts.number(0, 0) == 1   ? letter_retry::moved
           : counts.number(0, 1) == 1 ? letter_retry::outgoing
                                      : letter_retry::absent;
  });
}

}  // namespace recapd::storage::postgres
