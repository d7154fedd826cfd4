// What is read for people and for sinks: history, lists, accounts, the feed.
// SPDX-License-Identifier: Apache-2.0
#include "storage/account_token.hpp"
#include "storage/pg_records.hpp"
#include "storage/pg_store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage {

namespace {

/// Positions below are final: no transaction that could add one still runs.
constexpr const char *feed_limit =
    "(SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift)"
    " << 16 FROM feed_epoch)";

/// Known states are written into the statement itself, for the partial index.
std::string state_condition(const std::string &state) {
  for (auto known :
       {"scheduled", "time_logged", "awaiting_student_recap", "completed",
        "missed", "update_denied", "cancelled", "voided"})
    if (state == known) return " AND s.state = '" + state + "'";
  return " AND s.state = $1::text";
}

/// The list a page is read along; the other conditions are looked at in the
/// sessions' rows.
std::string list_of(const session_filter &f) {
  if (!f.student.empty()) return "student:" + f.student;
  if (!f.tutor.empty()) return "tutor:" + f.tutor;
  if (!f.course.empty()) return "course:" + f.course;
  return {};
}

std::string list_sql(const session_filter &f) {
  const bool all = list_of(f).empty();
  std::string sql = "SELECT " + session_columns();
  sql += all ? " FROM sessions s WHERE s.id > $5::text"
             : " FROM session_lists l JOIN sessions s ON s.id = l.session_id"
               " WHERE l.list = $4::text AND l.session_id > $5::text";
  if (!f.state.empty()) sql += state_condition(f.state);
  if (!f.tutor.empty()) sql += " AND s.tutor = $2::text";
  if (!f.course.empty()) sql += " AND s.course = $3::text";
  // Each parameter must be named somewhere to have a type.
  sql += " AND num_nulls($1::text, $2::text, $3::text, $4::text) = 0";
  sql += all ? " ORDER BY s.id" : " ORDER BY l.session_id";
  return sql + " LIMIT $6::int4";
}

std::string feed_sql(const std::string &condition) {
  return "SELECT e.position, e.session_id, " + event_columns()
         + " FROM session_events e WHERE e.position > $1::int8" + condition
         + " ORDER BY e.position LIMIT $2::int4";
}

std::vector<feed_row> feed_rows(const pg_rows &rows) {
  std::vector<feed_row> out;
  for (int i = 0; i < rows.size(); ++i)
    out.push_back({.position = rows.number(i, 0),
                   .session = rows.text(i, 1),
                   .event = read_event(rows, i, 2)});
  return out;
}

}  // namespace

std::vector<event_row> pg_store::history(std::string_view session) {
  if (!is_storable(session)) return {};
  static const pg_statement statement{
      "history", "SELECT " + event_columns()
                     + " FROM session_events e WHERE e.session_id = $1::text"
                       " ORDER BY e.seq"};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement, pg_args{}.text(session));
    std::vector<event_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(read_event(rows, i, 0));
    return out;
  });
}

std::vector<session_row> pg_store::list_sessions(const session_filter &filter) {
  for (const auto *text : {&filter.state, &filter.tutor, &filter.student,
                           &filter.course, &filter.after})
    if (!is_storable(*text)) return {};
  const auto sql = list_sql(filter);
  return with([&](pg_connection &c) {
    const auto rows = c.run_once(sql, pg_args{}
                                          .text(filter.state)
                                          .text(filter.tutor)
                                          .text(filter.course)
                                          .text(list_of(filter))
                                          .text(filter.after)
                                          .int4(filter.limit));
    std::vector<session_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(read_session(rows, i));
    return out;
  });
}

account_page pg_store::account(std::string_view account, std::string_view after,
                               int limit) {
  static const pg_statement balances{
      "balances",
      "SELECT currency, sum(amount)::bigint FROM ledger_entries"
      " WHERE account = $1::text GROUP BY currency ORDER BY currency"};
  static const pg_statement entries{
      "entries", "SELECT session_id, amount, currency, " + pg_micros("at")
                     + ", kind, n FROM ledger_entries WHERE account = $1::text"
                       " AND (at, session_id, kind, n)"
                       "   > ($2::timestamptz, $3::text, $4::text, $5::int4)"
                       " ORDER BY at, session_id, kind, n LIMIT $6::int4"};
  if (!is_storable(account)) return {};
  const auto from = read_account_token(after);
  return with([&](pg_connection &c) {
    account_page page;
    const auto sums = c.run(balances, pg_args{}.text(account));
    for (int i = 0; i < sums.size(); ++i)
      page.balances.emplace_back(sums.text(i, 0), sums.number(i, 1));
    const auto rows = c.run(entries, pg_args{}
                                         .text(account)
                                         .at(from.at)
                                         .text(from.session)
                                         .text(from.kind)
                                         .int4(from.n)
                                         .int4(limit + 1));
    for (int i = 0; i < rows.size(); ++i)
      page.entries.push_back({.session = rows.text(i, 0),
                              .amount = rows.number(i, 1),
                              .currency = rows.text(i, 2),
                              .at = rows.at(i, 3),
                              .kind = read_transfer_kind(rows, i, 4),
                              .n = static_cast<int>(rows.number(i, 5))});
    cut_account_page(page, limit);
    return page;
  });
}

std::vector<outcome_row> pg_store::refused_outcomes(std::string_view session,
                                                    int limit) {
  if (!is_storable(session)) return {};
  static const pg_statement statement{
      "refused", "SELECT " + outcome_columns()
                     + " FROM (SELECT * FROM commands"
                       "   WHERE session_id = $1::text AND refused"
                       "   ORDER BY received_at DESC, source DESC, id DESC"
                       "   LIMIT $2::int4) AS c"
                       " ORDER BY c.received_at, c.source, c.id"};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement, pg_args{}.text(session).int4(limit));
    std::vector<outcome_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(read_outcome(rows, i, 0));
    return out;
  });
}

std::vector<feed_row> pg_store::read_feed(std::int64_t after, int limit) {
  static const pg_statement statement{
      "read_feed", feed_sql(std::string{" AND e.position < "} + feed_limit)};
  return with([&](pg_connection &c) {
    return feed_rows(c.run(statement, pg_args{}.int8(after).int4(limit)));
  });
}

std::vector<feed_row> pg_store::list_events(std::int64_t after, int limit) {
  static const pg_statement statement{"list_events", feed_sql("")};
  return with([&](pg_connection &c) {
    return feed_rows(c.run(statement, pg_args{}.int8(after).int4(limit)));
  });
}

std::int64_t pg_store::feed_end() {
  static const pg_statement statement{
      "feed_end", std::string{"SELECT position FROM session_events"
                              " WHERE position < "}
                      + feed_limit + " ORDER BY position DESC LIMIT 1"};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement);
    return rows.size() == 0 ? 0 : rows.number(0, 0);
  });
}

feed_backlog pg_store::count_feed(std::int64_t after, int most) {
  // Each condition by itself is a range of the index, whatever the log's size.
  static const auto counted = [](const std::string &condition) {
    return "(SELECT count(*) FROM (SELECT FROM session_events WHERE position "
           + condition + " LIMIT $2::int4) AS counted)";
  };
  static const std::string edge{feed_limit};
  static const pg_statement statement{
      "count_feed", "SELECT " + counted("> $1::int8 AND position < " + edge)
                        + ", " + counted(">= " + edge)};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement, pg_args{}.int8(after).int4(most));
    return feed_backlog{.readable = rows.number(0, 0),
                        .held_back = rows.number(0, 1)};
  });
}

std::int64_t pg_store::load_cursor(std::string_view sink) {
  static const pg_statement statement{
      "load_cursor", "SELECT position FROM sink_cursors WHERE sink = $1::text"};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement, pg_args{}.text(sink));
    return rows.size() == 0 ? 0 : rows.number(0, 0);
  });
}

void pg_store::save_cursor(std::string_view sink, std::int64_t position) {
  static const pg_statement statement{
      "save_cursor", "INSERT INTO sink_cursors (sink, position)"
                     " VALUES ($1::text, $2::int8) ON CONFLICT (sink) DO UPDATE"
                     " SET position = greatest(sink_cursors.position,"
                     " excluded.position)"};
  with([&](pg_connection &c) {
    c.run(statement, pg_args{}.text(sink).int8(position));
  });
}

std::vector<std::pair<std::string, std::int64_t>> pg_store::count_by_state() {
  static const pg_statement statement{
      "count_by_state",
      "SELECT state, count(*) FROM sessions GROUP BY state ORDER BY state"};
  return with([&](pg_connection &c) {
    const auto rows = c.run(statement);
    std::vector<std::pair<std::string, std::int64_t>> out;
    for (int i = 0; i < rows.size(); ++i)
      out.emplace_back(rows.text(i, 0), rows.number(i, 1));
    return out;
  });
}

}  // namespace recapd::storage
