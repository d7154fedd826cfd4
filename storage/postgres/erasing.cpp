// Erasing what one person wrote, session by session.
// SPDX-License-Identifier: Apache-2.0
#include "storage/erasing.hpp"

#include <charconv>

#include "storage/event_lines.hpp"
#include "storage/postgres/group.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

/// The most tries of an erasure while others write to its session.
constexpr int most_tries = 8;

/// Selects a session's rows, oldest first, and has others wait who would change
/// them.
const prepared_statement locked_rows{"locked_rows",
                                     "SELECT " + journal_columns()
                                         + ", j.outcome FROM journal AS j"
                                           " WHERE j.session_id = $1::text"
                                           " AND j.before IS NOT NULL"
                                           " ORDER BY j.before FOR UPDATE"};

const prepared_statement rewrite_rows{
    "rewrite_rows",
    "UPDATE journal AS j SET events = n.events,"
    " notifications = n.notifications, outcome = n.outcome"
    " FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[])"
    " AS n (before, events, notifications, outcome)"
    " WHERE j.session_id = $1::text AND j.before = n.before"};

/// Rows of the journal with their texts as they shall be.
class rewriting {
public:
  /// Takes a row; what the person wrote in it is erased.
  void take(const result_set &rows, int row, const workflows::person &who) {
    const auto from = read_origin(rows, row);
    auto events = read_journal(rows, row).events;
    auto outcome = rows.text(row, outcome_column);
    bool erased = storage::erase_texts(outcome, who);
    for (auto &e : events)
      erased = storage::erase_texts(e, who) || erased;
    version_ = events.back().seq;
    if (!erased) return;
    const auto lines = to_lines(events, from);
    before_.number(from.before);
    events_.text(lines.events);
    notifications_.text_or_null(lines.notifications);
    outcomes_.text_or_null(outcome);
  }

  [[nodiscard]] bool empty() const { return before_.empty(); }
  /// Returns the session's version.
  [[nodiscard]] int version() const { return version_; }

  void write(connection &to, std::string_view session) {
    to.run(rewrite_rows, arguments{}.text(session).take(
                             before_, events_, notifications_, outcomes_));
  }

private:
  static constexpr int outcome_column = 12;

  int version_ = 0;
  array_argument before_{column_type::int4}, events_{column_type::text},
      notifications_{column_type::text}, outcomes_{column_type::text};
};

bool erase_session(connection &c, std::string_view session,
                   const erasure &what) {
  const auto rows = c.run(locked_rows, arguments{}.text(session));
  rewriting found;
  for (int i = 0; i < rows.size(); ++i)
    found.take(rows, i, what.who);
  if (found.empty()) return false;
  found.write(c, session);
  const auto told = erasure_commit(session, found.version(), what);
  const auto *const one = &told;
  const auto group = make_group({&one, 1});
  c.run(*group.statement, group.args);
  return true;
}

/// Returns the sessions of a query's first column, and where it goes on: behind
/// the last, if there are as many as were asked for.
found_sessions sessions_of(const result_set &rows, int limit) {
  found_sessions out;
  for (int i = 0; i < rows.size(); ++i)
    out.ids.push_back(rows.text(i, 0));
  if (rows.size() == limit) out.next = out.ids.back();
  return out;
}

found_sessions find_own(connection &c, const workflows::person &who,
                        std::string_view after, int limit) {
  static const prepared_statement of_tutor{
      "sessions_of_tutor",
      "SELECT id FROM sessions WHERE tutor = $1::text AND id > $2::text"
      " ORDER BY id LIMIT $3::int4"};
  static const prepared_statement of_student{
      "sessions_of_student",
      "SELECT session_id FROM session_students WHERE student = $1::text"
      " AND session_id > $2::text ORDER BY session_id LIMIT $3::int4"};
  return sessions_of(
      c.run(who.as == workflows::role::tutor ? of_tutor : of_student,
            arguments{}.text(who.id).text(after).int4(limit)),
      limit);
}

/// Searches the next rows of the journal in the order of their positions.
found_sessions search_journal(connection &c, const workflows::person &who,
                              std::string_view after, int limit) {
  static const prepared_statement statement{
      "search_journal",
      "WITH part AS MATERIALIZED (SELECT session_id, who, position"
      " FROM journal WHERE position > $2::int8"
      " ORDER BY position LIMIT $3::int4)"
      " SELECT DISTINCT session_id, (SELECT max(position) FROM part),"
      " (SELECT count(*) FROM part) FROM part WHERE who = $1::text"
      // What is said of disbursements is no person's.
      " AND session_id NOT LIKE 'disbursement:%'"
      " UNION ALL SELECT NULL, max(position), count(*) FROM part"};
  std::int64_t from = -1;
  std::from_chars(after.data(), after.data() + after.size(), from);
  const auto rows =
      c.run(statement,
            arguments{}.text(workflows::to_string(who)).int8(from).int4(limit));
  found_sessions out;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.null(i, 0)) out.ids.push_back(rows.text(i, 0));
  const auto last = rows.size() - 1;
  if (rows.number(last, 2) == limit)
    out.next = std::to_string(rows.number(last, 1));
  return out;
}

}  // namespace

found_sessions sql_store::find_written(const workflows::person &who,
                                       std::string_view after, int limit) {
  return with([&](connection &c) {
    return workflows::only_takes_part(who.as)
               ? find_own(c, who, after, limit)
               : search_journal(c, who, after, limit);
  });
}

bool sql_store::erase_texts(std::string_view session, const erasure &what) {
  return with([&](connection &c) {
    for (int tries = 1;; ++tries) {
      try {
        bool erased = false;
        c.in_transaction([&] { erased = erase_session(c, session, what); });
        return erased;
      } catch (const error &e) {
        const bool met_others =
            e.kind() == trouble::data || e.kind() == trouble::again;
        if (!met_others || tries == most_tries) throw;
      }
    }
  });
}

void sql_store::replace_letter(std::int64_t id, std::string_view event) {
  static const prepared_statement statement{
      "replace_letter",
      "UPDATE dead_letters SET event = $2::text WHERE id = $1::int8"};
  with([&](connection &c) {
    c.run(statement, arguments{}.int8(id).text(event));
  });
}

void sql_store::replace_waiting(std::int64_t seq, std::string_view event) {
  static const prepared_statement statement{
      "replace_waiting",
      "WITH entered AS (UPDATE inbox SET event = $2::text"
      " WHERE seq = $1::int8)"
      " UPDATE forwarded SET event = $2::text WHERE seq = $1::int8"};
  with([&](connection &c) {
    c.run(statement, arguments{}.int8(seq).text(event));
  });
}

}  // namespace recapd::storage::postgres
