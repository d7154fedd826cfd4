// The store's queries for people and for sinks: history, lists, accounts, feed.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/account_token.hpp"
#include "storage/event_lines.hpp"
#include "storage/page_builder.hpp"
#include "storage/postgres/holder.hpp"
#include "storage/postgres/page.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/refusal_token.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

/// Returns the edge: positions below it are final for statements that begin
/// after this one has ended. Who could add such a position has ended by then,
/// and those statements see what it wrote.
///
/// Only a transaction of this database, by a role that may write events, can
/// add one. Its id is lower than the lowest that is not yet known to be used
/// (xmax of this statement's snapshot, taken before anything is looked at); if
/// it is not, what it adds comes later. So it has the id already, and as long
/// as it has, the server's list of processes shows it. Prepared transactions
/// are on no such list: where there may be some, every database's transactions
/// count.
std::int64_t feed_edge(connection &c) {
  static const prepared_statement statement{"feed_edge", R"sql(
SELECT (CASE WHEN current_setting('max_prepared_transactions')::int4 > 0
             THEN low
             ELSE least(high, (
               SELECT min()sql" + pg_whole_xid("a.backend_xid", "high")
                                                             + R"sql()
                 FROM pg_stat_get_activity(NULL) AS a
                WHERE a.backend_xid IS NOT NULL
                  AND )sql" + pg_may_write_events("a.usesysid")
                                                             + R"sql(
                  AND a.datid = (SELECT oid FROM pg_database
                                  WHERE datname = current_database())))
        END + shift) << 16
  FROM (SELECT pg_snapshot_xmin(s)::text::int8 AS low,
               pg_snapshot_xmax(s)::text::int8 AS high
          FROM pg_current_snapshot() AS s) AS snapshot, feed_epoch)sql"};
  return c.run(statement).number(0, 0);
}

/// A query with the parameters that its text names.
struct list_query {
  std::string sql;
  arguments args;

  explicit list_query(page_bounds most) : args{page_args(most)} {}

  /// Add a parameter, and return what names it.
  std::string text(const std::string &value) {
    args.text(value);
    return name("text");
  }
  std::string texts(const std::vector<std::string> &values) {
    args.texts(values);
    return name("text[]");
  }
  std::string at(instant value) {
    args.at(value);
    return name("timestamptz");
  }

private:
  std::string name(const std::string &type) {
    return "$" + std::to_string(args.wire().size()) + "::" + type;
  }
};

/// Returns what sessions are sorted by.
std::string order_of(const session_filter &f) {
  switch (f.order) {
  case session_order::id:
    break;
  case session_order::starts_at:
    return "starts_at, id";
  case session_order::starts_at_down:
    return "starts_at DESC, id DESC";
  }
  return "id";
}

/// Returns the condition that a session is behind the last one of the page
/// before.
std::string behind(const session_filter &f, list_query &q) {
  const auto after = q.text(f.after);
  if (f.order == session_order::id) return "s.id > " + after;
  if (!f.after_start) return after + " = ''";
  return std::string{"(s.starts_at, s.id) "}
         + (f.order == session_order::starts_at ? "> (" : "< (")
         + q.at(*f.after_start) + ", " + after + ")";
}

/// Returns a condition for each filter that is told by a session's own row.
std::string own_conditions(const session_filter &f, list_query &q) {
  std::string sql = behind(f, q);
  if (!f.tutor.empty()) sql += " AND s.tutor = " + q.text(f.tutor);
  if (!f.takes_part.empty()) {
    const auto who = q.text(f.takes_part);
    sql += " AND s.id IN (SELECT t.id FROM sessions t WHERE t.tutor = " + who
           + " UNION ALL SELECT u.session_id FROM session_students u"
             " WHERE u.student = "
           + who + ")";
  }
  if (!f.course.empty()) sql += " AND s.course = " + q.text(f.course);
  if (!f.program.empty()) sql += " AND s.program = " + q.text(f.program);
  if (f.from) sql += " AND s.starts_at >= " + q.at(*f.from);
  if (f.to) sql += " AND s.starts_at < " + q.at(*f.to);
  return sql;
}

/// A table with a row for each session that passes a filter, and which rows of
/// it are those, as SQL.
struct list_table {
  std::string name;
  std::string column;
  std::string value;
};

/// Returns the tables by which sessions are found; the first has the fewest.
std::vector<list_table> tables_of(const session_filter &f, list_query &q) {
  std::vector<list_table> out;
  if (!f.student.empty())
    out.push_back({"session_students", "student", q.text(f.student)});
  for (std::size_t i = 0; i < f.marks.size(); ++i)
    if (f.marks[i]) out.push_back({"marks", "mark", std::to_string(i)});
  if (!f.state.empty() && f.state != "paid")
    out.push_back({"standings", "state", q.text(f.state)});
  return out;
}

/// Returns the rows `s` of the sessions that pass. An index has the sessions of
/// a student, a tutor, a course, a mark, a state, a programme or a start; the
/// other conditions are looked at by key.
std::string passing(const session_filter &f, list_query &q,
                    const std::string &order) {
  auto where = " WHERE " + own_conditions(f, q);
  if (f.state == "paid")
    where += " AND NOT EXISTS (SELECT FROM standings p"
             " WHERE p.session_id = s.id)";
  auto tables = tables_of(f, q);
  const bool by_own = !f.tutor.empty() || !f.course.empty();
  std::string from = "sessions AS s";
  if (!tables.empty() && (!by_own || !f.student.empty())) {
    const auto &first = tables.front();
    from = first.name + " AS l JOIN sessions AS s ON s.id = l.session_id";
    where += " AND l." + first.column + " = " + first.value;
    if (f.order == session_order::id) where += " AND l.session_id > $3::text";
    tables.erase(tables.begin());
  }
  for (const auto &t : tables)
    where += " AND EXISTS (SELECT FROM " + t.name + " AS p WHERE p." + t.column
             + " = " + t.value + " AND p.session_id = s.id)";
  if (!f.programs.only) return from + where;
  const auto programs = q.texts(*f.programs.only);
  if (by_own || from != "sessions AS s")
    return from + where + " AND s.program = ANY (" + programs + ")";
  // Of each programme a page, of which the list's page is made.
  return "(SELECT DISTINCT unnest(" + programs
         + ")) AS among (program), LATERAL (SELECT s.* FROM " + from + where
         + " AND s.program = among.program ORDER BY " + order
         + " LIMIT $1::int4 + 1) AS s";
}

/// Returns the query of a page's ids.
list_query list_of(const session_filter &f) {
  list_query q{f.most};
  const auto order = order_of(f);
  q.sql = paged_sql("s.id", "s",
                    "SELECT s.id, s.starts_at,"
                    " (SELECT sum(octet_length(j.events))"
                    " FROM journal AS j WHERE j.session_id = s.id"
                    " AND j.before IS NOT NULL) AS size FROM "
                        + passing(f, q, order),
                    order);
  return q;
}

/// Makes of the caller's programmes and the one that is asked for one filter.
/// Returns false where no session can pass.
bool narrow(session_filter &f) {
  if (!f.programs.only) return true;
  if (f.program.empty() && f.programs.only->size() == 1)
    f.program = f.programs.only->front();
  if (f.program.empty()) return !f.programs.only->empty();
  if (!f.programs.includes(f.program)) return false;
  f.programs.only.reset();
  return true;
}

/// Returns what `make` gives for the events of a page of the journal's rows, as
/// much as the bounds say. `size` gives the bytes of one.
template <class Row, class Make, class Size>
page<Row> page_of(const result_set &rows, page_bounds most, Make make,
                  Size size) {
  const auto read = read_page<journal_row>(rows, most, read_journal);
  page_builder<Row> out{most};
  for (const auto &entry : read)
    for (std::size_t i = 0; i < entry.events.size(); ++i)
      if (auto row = make(entry, i); row && !out.add(*row, size(*row)))
        return out.done();
  auto page = out.done();
  page.more = read.more;
  return page;
}

feed_row feed_row_of(const journal_row &entry, std::size_t i,
                     const epoch_list &epochs) {
  const auto position = entry.position + static_cast<std::int64_t>(i);
  return {.position = position,
          .session = entry.session,
          .event = entry.events[i],
          .epoch = epochs.of(position)};
}

/// Returns the events at positions from `from` to `last`, at most `limit`.
std::vector<feed_row> feed_rows(const result_set &rows, std::int64_t from,
                                std::int64_t last, int limit,
                                const epoch_list &epochs) {
  std::vector<feed_row> out;
  for (int i = 0; i < rows.size(); ++i) {
    const auto entry = read_journal(rows, i);
    for (std::size_t n = 0; n < entry.events.size(); ++n) {
      if (std::ssize(out) >= limit) return out;
      auto row = feed_row_of(entry, n, epochs);
      if (row.position >= from && row.position <= last)
        out.push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace

page<event_row> sql_store::history(std::string_view session, int after,
                                   page_bounds most) {
  if (!is_storable(session)) return {};
  static const auto statement =
      paged("history", journal_columns(), "j",
            "SELECT l.*, octet_length(l.events) AS size FROM journal AS l"
            " WHERE l.session_id = $3::text AND l.before >= 0"
            "   AND l.version > $4::int4",
            "before");
  return with([&](connection &c) {
    return page_of<event_row>(
        c.run(statement, page_args(most).text(session).int4(after)), most,
        [after](const journal_row &entry, std::size_t i) {
          const auto &e = entry.events[i];
          return e.seq > after ? std::optional{e} : std::nullopt;
        },
        [](const event_row &e) { return e.data.size(); });
  });
}

page<session_events> sql_store::list_sessions(const session_filter &f) {
  for (const auto *text : {&f.state, &f.tutor, &f.student, &f.takes_part,
                           &f.course, &f.program, &f.after})
    if (!is_storable(*text)) return {};
  auto narrowed = f;
  if (!narrow(narrowed)) return {};
  const auto query = list_of(narrowed);
  return with([&](connection &c) {
    page<session_events> out;
    // In one snapshot: a session's events lead to the state that it is listed
    // by. Which index is the shortest way depends on how wide a range is.
    c.in_transaction(
        [&] {
          const auto found = read_page<session_version>(
              c.run_once(query.sql, query.args), f.most,
              [](const result_set &rows, int row, int first) {
                return session_version{.session = rows.text(row, first)};
              });
          static_cast<std::vector<session_events> &>(out) = events_of(c, found);
          out.more = found.more;
        },
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        "SET LOCAL plan_cache_mode = force_custom_plan");
    return out;
  });
}

namespace {

/// Returns a condition: an entry is of a session or disbursement of one of the
/// programmes in a parameter, text[].
std::string of_programs(const std::string &parameter) {
  return " AND (" + among_sql("session_id", parameter)
         + " OR EXISTS (SELECT FROM disbursements AS d WHERE d.id ="
           " CASE WHEN session_id LIKE 'disbursement:%'"
           " THEN substr(session_id, 14) END AND d.program = ANY ("
         + parameter + "::text[])))";
}

}  // namespace

std::vector<std::pair<std::string, std::int64_t>>
sql_store::balances_before(std::string_view account, instant at,
                           const program_set &among) {
  static const prepared_statement statement{
      "balances_before",
      "SELECT currency, sum(amount)::bigint FROM ledger_entries"
      " WHERE account = $1::text AND at < $2::timestamptz AND ($3::bool"
      " OR true"
          + of_programs("$4") + ") GROUP BY currency ORDER BY currency"};
  if (!is_storable(account)) return {};
  return with([&](connection &c) {
    const auto rows = c.run(
        statement, arguments{}
                       .text(account)
                       .at(at)
                       .boolean(!among.only)
                       .texts(among.only.value_or(std::vector<std::string>{})));
    std::vector<std::pair<std::string, std::int64_t>> out;
    for (int i = 0; i < rows.size(); ++i)
      out.emplace_back(rows.text(i, 0), rows.number(i, 1));
    return out;
  });
}

account_page sql_store::account(std::string_view account,
                                std::string_view after, int limit,
                                const program_set &among) {
  static const auto sum = [](const std::string &name,
                             const std::string &condition) {
    return prepared_statement{
        name, "SELECT currency, sum(amount)::bigint FROM ledger_entries"
              " WHERE account = $1::text"
                  + condition + " GROUP BY currency ORDER BY currency"};
  };
  static const auto list = [](const std::string &name,
                              const std::string &condition) {
    return prepared_statement{
        name, "SELECT session_id, amount, currency, " + micros("at")
                  + ", kind, n FROM ledger_entries WHERE account = $1::text"
                    " AND (at, session_id, kind, n)"
                    "   > ($2::timestamptz, $3::text, $4::text, $5::int4)"
                  + condition
                  + " ORDER BY at, session_id, kind, n LIMIT $6::int4"};
  };
  static const auto balances = sum("balances", "");
  static const auto balances_among = sum("balances_among", of_programs("$2"));
  static const auto entries = list("entries", "");
  static const auto entries_among = list("entries_among", of_programs("$7"));
  if (!is_storable(account)) return {};
  const auto from = read_account_token(after);
  auto of_sums = arguments{}.text(account);
  auto of_list = arguments{}
                     .text(account)
                     .at(from.at)
                     .text(from.session)
                     .text(from.kind)
                     .int4(from.n)
                     .int4(limit + 1);
  if (among.only) {
    of_sums.texts(*among.only);
    of_list.texts(*among.only);
  }
  return with([&](connection &c) {
    account_page page;
    const auto sums = c.run(among.only ? balances_among : balances, of_sums);
    for (int i = 0; i < sums.size(); ++i)
      page.balances.emplace_back(sums.text(i, 0), sums.number(i, 1));
    const auto rows = c.run(among.only ? entries_among : entries, of_list);
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

page<outcome_row> sql_store::refused_outcomes(std::string_view session,
                                              std::string_view after,
                                              page_bounds most) {
  if (!is_storable(session)) return {};
  static const auto statement =
      paged("refused", outcome_columns(), "c",
            "SELECT l.*, octet_length(l.outcome) AS size FROM journal AS l"
            " WHERE l.session_id = $3::text AND l.before IS NULL"
            "   AND (l.at, l.source, l.id, l.scope)"
            "     > ($4::timestamptz, $5::text, $6::text, $7::text)",
            "at, source, id, scope");
  const auto from = read_refusal_token(after);
  return with([&](connection &c) {
    return read_page<outcome_row>(c.run(statement, page_args(most)
                                                       .text(session)
                                                       .at(from.received_at)
                                                       .text(from.source)
                                                       .text(from.id)
                                                       .text(from.scope)),
                                  most, read_outcome);
  });
}

namespace {

/// A list of events with notifications. Parameters behind the page's: the place
/// that it begins at, and what the notifications' text holds.
prepared_statement notified(const std::string &name, const std::string &rows,
                            const std::string &order) {
  return paged(name, journal_columns("NULL"), "j",
               "SELECT l.*, octet_length(l.notifications) AS size FROM " + rows
                   + " AND l.notifications IS NOT NULL"
                     " AND strpos(l.notifications, $4::text) > 0",
               order);
}

const prepared_statement &statement_for(const notified_filter &of) {
  static const auto of_one =
      notified("notified",
               "journal AS l WHERE l.session_id = $5::text AND l.before >= 0"
               " AND l.version >= $3::int8",
               "before");
  static const auto of_all =
      notified("notified_of_all", "journal AS l WHERE l.position >= $3::int8",
               "position");
  // Of each programme a page, of which the list's page is made.
  static const auto of_some =
      notified("notified_of_some",
               "(SELECT DISTINCT unnest($5::text[])) AS among (program),"
               " LATERAL (SELECT * FROM journal AS e"
               "   WHERE e.program = among.program AND e.position >= $3::int8"
               "     AND strpos(e.notifications, $4::text) > 0"
               "   ORDER BY e.position LIMIT $1::int4 + 1) AS l WHERE true",
               "position");
  // A person's sessions are few.
  static const auto of_person = notified(
      "notified_of_person",
      "journal AS l WHERE l.before >= 0 AND l.position >= $3::int8"
      " AND (cardinality($5::text[]) = 0 OR l.program = ANY ($5::text[]))"
      " AND l.session_id = ANY (ARRAY("
      "   SELECT id FROM sessions WHERE tutor = $6::text"
      "   UNION SELECT session_id FROM session_students"
      "          WHERE student = $7::text"
      "   UNION SELECT 'disbursement:' || id FROM disbursements"
      "          WHERE tutor = $6::text))",
      "position");
  if (!of.session.empty()) return of_one;
  if (workflows::parse_person(of.to)) return of_person;
  return of.among.only ? of_some : of_all;
}

arguments arguments_of(const notified_filter &of, std::int64_t from,
                       page_bounds most) {
  using enum workflows::role;
  auto args = page_args(most);
  args.int8(from).text(addressed_to(of.to));
  const auto to = workflows::parse_person(of.to);
  if (!of.session.empty()) return args.text(of.session);
  if (to || of.among.only)
    args.texts(of.among.only.value_or(std::vector<std::string>{}));
  if (to)
    args.text(to->as == tutor ? to->id : "")
        .text(to->as == student ? to->id : "");
  return args;
}

}  // namespace

page<feed_row> sql_store::list_notified(const notified_filter &of,
                                        std::int64_t from, page_bounds most) {
  const auto &among = of.among.only;
  if (!is_storable(of.session) || !is_storable(of.to)) return {};
  if (of.session.empty() && among && among->empty()) return {};
  return with([&](connection &c) {
    return page_of<feed_row>(
        c.run(statement_for(of), arguments_of(of, from, most)), most,
        [&](const journal_row &entry, std::size_t i) {
          auto row = feed_row_of(entry, i, c.epochs());
          const auto at = of.session.empty() ? row.position : row.event.seq;
          return at >= from && notifies(row.event, of.to)
                     ? std::optional{std::move(row)}
                     : std::nullopt;
        },
        [](const feed_row &row) { return row.event.notifications.size(); });
  });
}

std::vector<feed_row> sql_store::read_feed(std::int64_t after, int limit) {
  static const prepared_statement statement{
      "read_feed",
      "SELECT " + journal_columns() + ", " + once_replicated
          + " FROM (SELECT f.*, sum(version - before) OVER (ORDER BY position)"
            " - (version - before) AS ahead FROM (SELECT * FROM journal"
            " WHERE position > $1::int8 AND position < $3::int8"
            " ORDER BY position LIMIT $2::int4) AS f) AS j"
            " WHERE j.ahead < $2::int4 ORDER BY j.position"};
  return with([&](connection &c) {
    const auto edge = feed_edge(c);
    return feed_rows(
        c.run(statement, arguments{}.int8(after).int4(limit).int8(edge)),
        after + 1, edge, limit, c.epochs());
  });
}

std::int64_t sql_store::feed_end() {
  static const prepared_statement statement{
      "feed_end", "SELECT position FROM journal WHERE position < "
                  "$1::int8 ORDER BY position DESC LIMIT 1"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.int8(feed_edge(c)));
    return rows.size() == 0 ? 0 : rows.number(0, 0);
  });
}

std::optional<std::int64_t> sql_store::find_in_feed(const feed_place &place) {
  const auto &epochs = connected().epochs();
  const auto position = epochs.find(place);
  const auto end = feed_end();
  const bool invented = place.epoch == epochs.current() && position > end;
  if (!position || invented) return std::nullopt;
  return std::min(*position, end);
}

std::string sql_store::epoch() {
  return connected().epochs().current();
}

feed_backlog sql_store::count_feed(std::int64_t after, int most) {
  // Each condition by itself is a range of the index, however long the log is.
  static const auto counted = [](const std::string &condition) {
    return "(SELECT least(coalesce(sum(events), 0), $2::int4) FROM ("
           "SELECT least(version - before, position - $1::int8) AS events"
           " FROM journal WHERE position "
           + condition + " LIMIT $2::int4) AS counted)::int8";
  };
  static const prepared_statement statement{
      "count_feed", "SELECT " + counted("> $1::int8 AND position < $3::int8")
                        + ", " + counted(">= $3::int8")};
  return with([&](connection &c) {
    const auto edge = feed_edge(c);
    const auto rows =
        c.run(statement, arguments{}.int8(after).int4(most).int8(edge));
    return feed_backlog{.readable = rows.number(0, 0),
                        .held_back = rows.number(0, 1)};
  });
}

std::vector<feed_row> sql_store::read_feed_of(std::string_view session,
                                              std::int64_t from,
                                              std::int64_t last, int limit) {
  static const prepared_statement statement{
      "read_feed_of",
      "SELECT " + journal_columns()
          + " FROM journal AS j WHERE j.session_id = $1::text AND j.before >= 0"
            " AND j.position >= $2::int8"
            " AND j.position - (j.version - j.before) < $3::int8"
            " ORDER BY j.before LIMIT $4::int4"};
  return with([&](connection &c) {
    return feed_rows(
        c.run(statement,
              arguments{}.text(session).int8(from).int8(last).int4(limit)),
        from, last, limit, c.epochs());
  });
}

std::vector<std::pair<std::string, std::int64_t>> sql_store::count_by_state() {
  static const prepared_statement statement{
      "count_by_state",
      "SELECT state, number FROM"
      " (SELECT state, count(*) AS number FROM standings GROUP BY state"
      "  UNION ALL SELECT 'paid', (SELECT count(*) FROM sessions)"
      "    - (SELECT count(*) FROM standings)) AS counted"
      " WHERE number > 0 ORDER BY state"};
  return with([&](connection &c) {
    const auto rows = c.run(statement);
    std::vector<std::pair<std::string, std::int64_t>> out;
    for (int i = 0; i < rows.size(); ++i)
      out.emplace_back(rows.text(i, 0), rows.number(i, 1));
    return out;
  });
}

}  // namespace recapd::storage::postgres
