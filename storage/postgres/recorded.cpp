// The store's queries of all that was decided about sessions, for replays.
// SPDX-License-Identifier: Apache-2.0
#include "storage/event_lines.hpp"
#include "storage/postgres/page.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

page<recorded_session> sessions_of(connection &c, const recorded_filter &f) {
  static const auto statement =
      paged("recorded_sessions", "s.id, " + micros("s.starts_at"), "s",
            "SELECT l.id, l.starts_at, (SELECT sum(octet_length(j.events))"
            " FROM journal AS j WHERE j.session_id = l.id"
            " AND j.before IS NOT NULL) AS size FROM sessions AS l"
            " WHERE (l.starts_at, l.id) > ($3::timestamptz, $4::text)"
            " AND l.starts_at < $5::timestamptz",
            "starts_at, id");
  return read_page<recorded_session>(
      c.run(statement, page_args(f.most).at(f.from).text(f.after).at(f.to)),
      f.most, [](const result_set &rows, int row, int first) {
        return recorded_session{.id = rows.text(row, first),
                                .starts_at = rows.at(row, first + 1)};
      });
}

recorded_row read_recorded(const result_set &rows, int row) {
  recorded_row out{.at = rows.at(row, 1),
                   .who = rows.text(row, 2),
                   .by_command = rows.boolean(row, 3),
                   .command = rows.text(row, 6)};
  if (const auto before = rows.number(row, 4); before >= 0)
    out.events = read_lines(
        {.events = rows.text(row, 5)},
        {.before = static_cast<int>(before), .at = out.at, .who = out.who});
  return out;
}

/// Adds to each session what was decided about it. The journal's rows with
/// events and those without are each in an index of their own.
void add_rows(connection &c, page<recorded_session> &to) {
  static const auto columns = [](const std::string &order) {
    return "SELECT v.n, " + micros("j.at")
           + " AS at, j.who, j.source IS NOT NULL AS by_command,"
             " coalesce(j.before, -1) AS before, coalesce(j.events, '') AS"
             " events, coalesce(j.command, '') AS command, "
           + order
           + " AS place FROM unnest($1::text[]) WITH ORDINALITY AS v (session, "
             "n), LATERAL (SELECT * FROM journal AS e WHERE e.session_id = "
             "v.session AND e.before ";
  };
  static const prepared_statement statement{
      "recorded_rows",
      "SELECT n, at, who, by_command, before, events, command FROM ("
          + columns("j.before") + ">= 0 OFFSET 0) AS j UNION ALL "
          + columns(
              "row_number() OVER (PARTITION BY v.n ORDER BY j.at, j.source,"
              " j.id, j.scope)")
          + "IS NULL OFFSET 0) AS j) AS r ORDER BY n, before < 0, place"};
  const auto rows = c.run(statement, arguments{}.texts([&] {
    std::vector<std::string> ids;
    for (const auto &one : to)
      ids.push_back(one.id);
    return ids;
  }()));
  for (int i = 0; i < rows.size(); ++i)
    to[static_cast<std::size_t>(rows.number(i, 0) - 1)].rows.push_back(
        read_recorded(rows, i));
}

}  // namespace

page<recorded_session> sql_store::list_recorded(const recorded_filter &f) {
  if (!is_storable(f.after)) return {};
  return with([&](connection &c) {
    page<recorded_session> out;
    // In one snapshot: a session's record ends for all of it at one moment.
    c.in_transaction(
        [&] {
          out = sessions_of(c, f);
          if (!out.empty()) add_rows(c, out);
        },
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return out;
  });
}

std::int64_t sql_store::count_starting(instant from, instant to,
                                       const program_set &among) {
  static const auto count = [](const std::string &name,
                               const std::string &condition) {
    return prepared_statement{
        name, "SELECT count(*) FROM sessions WHERE starts_at >= $1::timestamptz"
              " AND starts_at < $2::timestamptz"
                  + condition};
  };
  static const auto of_all = count("count_starting", "");
  static const auto of_some =
      count("count_starting_among", " AND program = ANY ($3::text[])");
  auto args = arguments{}.at(from).at(to);
  if (among.only) args.texts(*among.only);
  return with([&](connection &c) {
    return c.run(among.only ? of_some : of_all, args).number(0, 0);
  });
}

}  // namespace recapd::storage::postgres
