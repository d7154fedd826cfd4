// The store's queries of all that was decided about sessions, for replays.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "storage/event_lines.hpp"
#include "storage/postgres/page.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/record_reading.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

/// Reads a page of sessions, without their rows, and of each what its refused
/// commands count. Of those no more are looked at than may be read.
std::pair<page<recorded_session>, std::vector<bool>>
sessions_of(connection &c, const recorded_filter &f) {
  static const auto a_row = std::to_string(refused_row_bytes);
  static const auto most = std::to_string(most_refused_bytes);
  static const auto statement = paged(
      "recorded_sessions",
      "s.id, " + micros("s.starts_at") + ", s.refused > " + most, "s",
      "SELECT l.id, l.starts_at, r.refused,"
      " (SELECT coalesce(sum(octet_length(j.events)), 0) FROM journal AS j"
      " WHERE j.session_id = l.id AND j.before IS NOT NULL)"
      " + CASE WHEN r.refused > "
          + most
          + " THEN 0 ELSE r.refused END AS size FROM sessions AS l, LATERAL"
            " (SELECT coalesce(sum(octet_length(t.command) + "
          + a_row
          + "), 0)::int8 AS refused FROM (SELECT j.command FROM journal AS j"
            " WHERE j.session_id = l.id AND j.before IS NULL LIMIT "
          + most + " / " + a_row
          + " + 1) AS t) AS r"
            " WHERE (l.starts_at, l.id) > ($3::timestamptz, $4::text)"
            " AND l.starts_at < $5::timestamptz",
      "starts_at, id");
  std::vector<bool> left_out;
  auto found = read_page<recorded_session>(
      c.run(statement, page_args(f.most).at(f.from).text(f.after).at(f.to)),
      f.most, [&](const result_set &rows, int row, int first) {
        left_out.push_back(rows.boolean(row, first + 2));
        return recorded_session{.id = rows.text(row, first),
                                .starts_at = rows.at(row, first + 1)};
      });
  return {std::move(found), std::move(left_out)};
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

/// Adds to each session what was decided about it; of those `left_out` one row
/// for all that was refused. The journal's rows with events and those without
/// are each in an index of their own.
void add_rows(connection &c, page<recorded_session> &to,
              const std::vector<bool> &left_out) {
  static const auto part = [](const std::string &session,
                              const std::string &condition) {
    return "SELECT v.n, " + micros("j.at")
           + " AS at, j.who, j.source IS NOT NULL AS by_command,"
             " coalesce(j.before, -1) AS before, coalesce(j.events, '') AS"
             " events, coalesce(j.command, '') AS command, j.decided"
             " FROM unnest($1::text[], $2::text[]) WITH ORDINALITY"
             " AS v (session, of_refused, n), LATERAL (SELECT * FROM journal"
             " AS e WHERE e.session_id = v."
           + session + " AND e.before " + condition + " OFFSET 0) AS j";
  };
  static const prepared_statement statement{
      "recorded_rows",
      "SELECT n, at, who, by_command, before, events, command FROM ("
          + part("session", ">= 0") + " UNION ALL "
          + part("of_refused", "IS NULL")
          + ") AS r ORDER BY n, before < 0, before, at, decided"};
  std::vector<std::string> all, of_refused;
  for (std::size_t i = 0; i < to.size(); ++i) {
    all.push_back(to[i].id);
    of_refused.push_back(left_out[i] ? "" : to[i].id);
  }
  const auto rows = c.run(statement, arguments{}.texts(all).texts(of_refused));
  for (int i = 0; i < rows.size(); ++i)
    to[static_cast<std::size_t>(rows.number(i, 0) - 1)].rows.push_back(
        read_recorded(rows, i));
  for (std::size_t i = 0; i < to.size(); ++i)
    if (left_out[i]) to[i].rows.push_back({.at = {}, .who = {}});
}

}  // namespace

page<recorded_session> sql_store::list_recorded(const recorded_filter &f) {
  if (!is_storable(f.after)) return {};
  return with([&](connection &c) {
    page<recorded_session> out;
    // In one snapshot: a session's record ends for all of it at one moment.
    c.in_transaction(
        [&] {
          auto [found, left_out] = sessions_of(c, f);
          if (!found.empty()) add_rows(c, found, left_out);
          out = std::move(found);
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
