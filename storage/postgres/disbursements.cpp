// The store's queries of disbursements and their runs.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/postgres/page.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

namespace wf = workflows;

std::optional<wf::disbursement_way> read_way(const result_set &rows, int row,
                                             int column) {
  return rows.null(row, column)
             ? std::nullopt
             : wf::parse_disbursement_way(rows.text(row, column));
}

std::string run_columns(const std::string &of) {
  return of + ".id, " + of + ".program, " + micros(of + ".at") + ", "
         + micros(of + ".until") + ", " + of + ".minimum, " + of + ".by, " + of
         + ".complete";
}

run_row read_run(const result_set &rows, int row, int first) {
  return {.id = rows.text(row, first),
          .program = rows.text(row, first + 1),
          .at = rows.at(row, first + 2),
          .until = rows.at(row, first + 3),
          .minimum = rows.number(row, first + 4),
          .by = read_way(rows, row, first + 5),
          .complete = rows.boolean(row, first + 6)};
}

const std::string &row_columns() {
  static const auto columns =
      "d.id, d.run, d.program, d.tutor, d.currency, d.amount, d.transfers,"
      " d.by, d.state, d.version, "
      + micros("d.opened_at") + ", " + micros("d.changed_at") + ", d.reason, "
      + micros("d.next_try_at") + ", d.tries, d.trouble";
  return columns;
}

disbursement_row read_row(const result_set &rows, int row, int first) {
  disbursement_row out{
      .what =
          {.id = rows.text(row, first),
           .version = static_cast<int>(rows.number(row, first + 9)),
           .run = rows.text(row, first + 1),
           .program = rows.text(row, first + 2),
           .tutor = rows.text(row, first + 3),
           .amount = rows.number(row, first + 5),
           .currency = rows.text(row, first + 4),
           .transfers = static_cast<int>(rows.number(row, first + 6)),
           .by = read_way(rows, row, first + 7),
           // The column's CHECK admits no other text.
           .status =
               wf::parse_disbursement_status(rows.text(row, first + 8)).value(),
           .opened_at = rows.at(row, first + 10),
           .changed_at = rows.at(row, first + 11),
           .reason = rows.text(row, first + 12)},
      .next_try_at = std::nullopt,
      .tries = static_cast<int>(rows.number(row, first + 14)),
      .trouble = rows.text(row, first + 15)};
  if (!rows.null(row, first + 13)) out.next_try_at = rows.at(row, first + 13);
  return out;
}

std::vector<disbursement_row> read_rows(const result_set &rows) {
  std::vector<disbursement_row> out;
  for (int i = 0; i < rows.size(); ++i)
    out.push_back(read_row(rows, i, 0));
  return out;
}

}  // namespace

std::vector<program_runs> sql_store::list_program_runs(std::string_view only) {
  // Each programme is found by one look into the index.
  static const prepared_statement statement{
      "program_runs",
      "WITH RECURSIVE p AS ("
      "   (SELECT program FROM sessions WHERE program = $1::text"
      "    OR $1::text = '' ORDER BY program, id LIMIT 1)"
      "   UNION ALL SELECT (SELECT s.program FROM sessions AS s"
      "      WHERE s.program > p.program ORDER BY s.program, s.id LIMIT 1)"
      "     FROM p WHERE p.program IS NOT NULL AND $1::text = '')"
      " SELECT p.program, "
          + micros("(SELECT max(at) FROM disbursement_runs AS m"
                   " WHERE m.program = p.program)")
          + ", r.id IS NOT NULL, " + run_columns("r")
          + " FROM p LEFT JOIN LATERAL (SELECT * FROM disbursement_runs AS o"
            " WHERE o.program = p.program AND NOT o.complete"
            " ORDER BY o.at LIMIT 1) AS r ON true"
            " WHERE p.program IS NOT NULL"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.text(only));
    std::vector<program_runs> out;
    for (int i = 0; i < rows.size(); ++i) {
      auto &one = out.emplace_back();
      one.program = rows.text(i, 0);
      if (!rows.null(i, 1)) one.last = rows.at(i, 1);
      if (rows.boolean(i, 2)) one.open = read_run(rows, i, 3);
    }
    return out;
  });
}

run_row sql_store::begin_run(const run_row &run) {
  static const prepared_statement add{
      "begin_run",
      "INSERT INTO disbursement_runs (id, program, at, until, minimum, by)"
      " VALUES ($1::text, $2::text, $3::timestamptz, $4::timestamptz,"
      " $5::int8, nullif($6::text, '')) ON CONFLICT DO NOTHING"};
  static const prepared_statement find{
      "find_run", "SELECT " + run_columns("r")
                      + " FROM disbursement_runs AS r WHERE r.id = $1::text"};
  return with([&](connection &c) {
    c.run(add, arguments{}
                   .text(run.id)
                   .text(run.program)
                   .at(run.at)
                   .at(run.until)
                   .int8(run.minimum)
                   .text(run.by ? to_string(*run.by) : ""));
    const auto rows = c.run(find, arguments{}.text(run.id));
    // Another moment of the programme has the id of this one.
    if (rows.size() == 0)
      throw storage_error{fault::unavailable, "the run is not there"};
    return read_run(rows, 0, 0);
  });
}

void sql_store::complete_run(std::string_view id) {
  static const prepared_statement statement{
      "complete_run", "UPDATE disbursement_runs SET complete = true"
                      " WHERE id = $1::text AND NOT complete"};
  with([&](connection &c) { c.run(statement, arguments{}.text(id)); });
}

waiting_page sql_store::list_waiting(const run_row &run, std::string_view after,
                                     int tutors) {
  // Tutors are found by one look into the index each, and of each what is not
  // in a disbursement that stands.
  static const prepared_statement statement{
      "list_waiting",
      "WITH RECURSIVE t AS ("
      "   (SELECT to_account AS a, 1 AS n FROM ledger"
      "     WHERE to_account > 'tutor:' || $1::text AND to_account < 'tutor;'"
      "     ORDER BY to_account LIMIT 1)"
      "   UNION ALL SELECT (SELECT l.to_account FROM ledger AS l"
      "      WHERE l.to_account > t.a AND l.to_account < 'tutor;'"
      "      ORDER BY l.to_account LIMIT 1), t.n + 1"
      "     FROM t WHERE t.a IS NOT NULL AND t.n < $2::int4)"
      " SELECT substr(t.a, 7), e.session_id IS NOT NULL, e.currency,"
      "   e.session_id, e.kind, e.n, e.amount"
      " FROM t LEFT JOIN LATERAL ("
      "   SELECT l.session_id, l.kind, l.n, l.amount, l.currency"
      "     FROM ledger AS l WHERE l.to_account = t.a"
      "     AND l.at < $4::timestamptz AND l.from_account = $3::text"
      "   UNION ALL"
      "   SELECT l.session_id, l.kind, l.n, -l.amount, l.currency"
      "     FROM ledger AS l WHERE l.from_account = t.a"
      "     AND l.at < $4::timestamptz AND l.to_account = $3::text) AS e"
      "  ON e.amount <> 0 AND NOT EXISTS (SELECT FROM disbursed AS b"
      "     WHERE b.session_id = e.session_id AND b.kind = e.kind"
      "     AND b.n = e.n AND NOT b.released)"
      " WHERE t.a IS NOT NULL"
      " ORDER BY t.a, e.currency, e.session_id, e.kind, e.n"};
  return with([&](connection &c) {
    const auto rows =
        c.run(statement, arguments{}
                             .text(after)
                             .int4(tutors)
                             .text(wf::program_account(run.program))
                             .at(run.until));
    waiting_page out;
    int seen = 0;
    for (int i = 0; i < rows.size(); ++i) {
      if (out.next != rows.text(i, 0)) ++seen;
      out.next = rows.text(i, 0);
      if (!rows.boolean(i, 1)) continue;
      out.transfers.push_back(
          {.tutor = rows.text(i, 0),
           .currency = rows.text(i, 2),
           .session = rows.text(i, 3),
           .kind = wf::parse_transfer_kind(rows.text(i, 4)).value(),
           .n = static_cast<int>(rows.number(i, 5)),
           .amount = rows.number(i, 6)});
    }
    if (seen < tutors) out.next.clear();
    return out;
  });
}

page<disbursement_row>
sql_store::list_disbursements(const disbursement_filter &f) {
  if (!is_storable(f.run)) return {};
  static const prepared_statement statement{
      "list_disbursements",
      "SELECT " + row_columns()
          + " FROM disbursements AS d WHERE d.id > $1::text"
            " AND ($2::text = '' OR d.run = $2::text)"
            " AND ($3::text = '' OR d.tutor = $3::text)"
            " AND ($4::text = '' OR d.program = $4::text)"
            " AND ($5::text = '' OR d.state = $5::text)"
            " AND ($6::bool OR d.program = ANY ($7::text[]))"
            " ORDER BY d.id LIMIT $8::int4"};
  auto args = arguments{}
                  .text(f.after)
                  .text(f.run)
                  .text(f.tutor)
                  .text(f.program)
                  .text(f.state)
                  .boolean(!f.programs.only)
                  .texts(f.programs.only.value_or(std::vector<std::string>{}))
                  .int4(f.limit + 1);
  return with([&](connection &c) {
    page<disbursement_row> out;
    // Which index is the shortest way depends on the filters that are there.
    c.in_transaction(
        [&] {
          static_cast<std::vector<disbursement_row> &>(out) =
              read_rows(c.run(statement, args));
        },
        "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan");
    out.more = static_cast<int>(out.size()) > f.limit;
    if (out.more) out.resize(static_cast<std::size_t>(f.limit));
    return out;
  });
}

std::optional<disbursement_row>
sql_store::find_disbursement(std::string_view id) {
  static const prepared_statement statement{"find_disbursement",
                                            "SELECT " + row_columns()
                                                + " FROM disbursements AS d"
                                                  " WHERE d.id = $1::text"};
  if (!is_storable(id)) return std::nullopt;
  return with([&](connection &c) -> std::optional<disbursement_row> {
    const auto rows = c.run(statement, arguments{}.text(id));
    if (rows.size() == 0) return std::nullopt;
    return read_row(rows, 0, 0);
  });
}

std::vector<disbursement_row> sql_store::load_unsent(const bucket_set &buckets,
                                                     instant now, int limit) {
  static const prepared_statement statement{
      "load_unsent", "SELECT " + row_columns()
                         + " FROM disbursements AS d WHERE d.state = 'open'"
                           " AND d.by = 'http' AND d.bucket = ANY ($1::int2[])"
                           " AND d.next_try_at <= $2::timestamptz"
                           " ORDER BY d.next_try_at, d.id LIMIT $3::int4"};
  array_argument which{column_type::int2};
  for (unsigned b = 0; b < buckets.size(); ++b)
    if (buckets[b]) which.number(b);
  return with([&](connection &c) {
    return read_rows(c.run(
        statement, arguments{}.array(std::move(which)).at(now).int4(limit)));
  });
}

void sql_store::save_attempt(const post_attempt &a) {
  static const prepared_statement statement{
      "save_attempt", "UPDATE disbursements SET tries = $2::int4,"
                      " next_try_at = $3::timestamptz, trouble = $4::text"
                      " WHERE id = $1::text AND tries < $2::int4"};
  with([&](connection &c) {
    c.run(
        statement,
        arguments{}.text(a.id).int4(a.tries).at(a.next_try_at).text(a.trouble));
  });
}

}  // namespace recapd::storage::postgres
