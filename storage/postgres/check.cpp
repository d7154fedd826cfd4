// The invariants, read in pages within one snapshot.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>

#include "storage/audit.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

constexpr int page_size = 500;

// What sessions count is summed in the database: a row for each counter is too
// much to have in memory here.
const char *const make_sums =
    "CREATE TEMPORARY TABLE held (owner text COLLATE \"C\", period integer,"
    " kind smallint, item text COLLATE \"C\", amount bigint) ON COMMIT DROP;"
    // Nothing is written that a commit would have to wait for.
    "SET LOCAL synchronous_commit = off";
/// For statements that look at whole tables.
const char *const join_whole_tables = "SET LOCAL enable_seqscan = on;"
                                      "SET LOCAL enable_hashjoin = on;"
                                      "SET LOCAL enable_mergejoin = on";
const prepared_statement add_sum{
    "check_add_held",
    "INSERT INTO held SELECT * FROM"
    " unnest($1::text[], $2::int4[], $3::int2[], $4::text[], $5::int8[])"};
const char *const compare_counters =
    "SELECT owner, period, kind, item, coalesce(u.used, 0),"
    " coalesce(h.amount, 0)"
    " FROM usage u FULL JOIN (SELECT owner, period, kind, item,"
    "   sum(amount) AS amount FROM held"
    "   GROUP BY owner, period, kind, item) h"
    " USING (owner, period, kind, item)"
    " WHERE coalesce(u.used, 0) <> coalesce(h.amount, 0)"
    " ORDER BY owner, period, kind, item LIMIT 1001";

/// Each statement gives sentences on what no session's own rows can show.
const char *const strays[] = {
    "SELECT DISTINCT 'events of session ' || session_id || ' have no session'"
    " FROM journal j WHERE before IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM sessions s WHERE s.id = j.session_id)"
    " AND NOT EXISTS (SELECT FROM disbursements d"
    "   WHERE 'disbursement:' || d.id = j.session_id) LIMIT 100",
    "SELECT 'disbursement ' || id || ': ' || wrong FROM disbursements,"
    " disbursement_trouble(id) AS wrong WHERE wrong IS NOT NULL LIMIT 100",
    "SELECT 'account clearing:' || program || ' has ' || coalesce(has, 0)"
    " || ' ' || currency || ', its disbursements come to ' || amount"
    " FROM (SELECT program, currency, sum(amount) AS amount FROM disbursements"
    "        WHERE state IN ('open', 'sent', 'confirmed')"
    "        GROUP BY program, currency) AS d"
    " LEFT JOIN LATERAL (SELECT sum(amount) AS has FROM ledger_entries AS l"
    "   WHERE l.account = 'clearing:' || d.program"
    "   AND l.currency = d.currency) AS l ON true"
    " WHERE coalesce(has, 0) <> amount LIMIT 100",
    "SELECT 'the ledger names session ' || session_id || ', which is none'"
    " FROM ledger l WHERE NOT EXISTS"
    " (SELECT FROM sessions s WHERE s.id = l.session_id)"
    " AND NOT EXISTS (SELECT FROM disbursements d"
    "   WHERE 'disbursement:' || d.id = l.session_id) LIMIT 100",
    "SELECT 'session ' || session_id || ' is ' || state || ', but is none'"
    " FROM standings p WHERE NOT EXISTS"
    " (SELECT FROM sessions s WHERE s.id = p.session_id) LIMIT 100",
    "SELECT 'session ' || session_id || ' is marked ' || mark || ', but is "
    "none'"
    " FROM marks m WHERE NOT EXISTS"
    " (SELECT FROM sessions s WHERE s.id = m.session_id) LIMIT 100",
    "SELECT 'ledger: the entries in ' || currency || ' sum to ' || sum(amount)"
    " FROM ledger_entries GROUP BY currency HAVING sum(amount) <> 0",
    "SELECT 'counter ' || owner || ' ' || item || ': ' || used"
    " || ' are counted, the cap is ' || cap FROM usage WHERE used > cap"
    " LIMIT 100",
};

/// One run of check, in its transaction.
class pg_audit {
public:
  explicit pg_audit(connection &c)
      : c_{c}, audit_{policies(), [this](const auto &key, int amount) {
                        count(key, amount);
                      }} {}

  violations run() {
    c_.script(make_sums);
    walk_sessions();
    flush();
    walk_commands();
    c_.script(join_whole_tables);
    walk_counters();
    for (const auto *sql : strays) {
      const auto rows = c_.script(sql);
      for (int i = 0; i < rows.size(); ++i)
        audit_.say(rows.text(i, 0));
    }
    return audit_.result();
  }

private:
  std::vector<policy_row> policies() {
    const auto rows = c_.script("SELECT version, body FROM policies");
    std::vector<policy_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back({.version = static_cast<int>(rows.number(i, 0)),
                     .body = rows.text(i, 1)});
    return out;
  }

  void walk_sessions() {
    static const prepared_statement page{
        "check_sessions",
        "SELECT s.id, s.tutor, s.course, s.program, " + micros("s.starts_at")
            + ", s.state, " + micros("s.next_timer")
            + ", s.currency, s.day, s.pay, s.confirm_seconds, s.minutes,"
              " coalesce(p.flagged, false)"
              " FROM (SELECT * FROM session_standings WHERE id > $1::text"
              "        ORDER BY id LIMIT $2::int4) AS s"
              " LEFT JOIN standings AS p ON p.session_id = s.id"
              " ORDER BY s.id"};
    std::string after;
    for (;;) {
      const auto rows = c_.run(page, arguments{}.text(after).int4(page_size));
      if (rows.size() == 0) return;
      std::vector<session_record> records;
      for (int i = 0; i < rows.size(); ++i)
        records.push_back(read_record(rows, i));
      after = records.back().id;
      complete(records);
      for (const auto &record : records)
        audit_.session(record);
    }
  }

  static session_record read_record(const result_set &rows, int row) {
    session_record out{.id = rows.text(row, 0),
                       .row = {.tutor = rows.text(row, 1),
                               .course = rows.text(row, 2),
                               .program = rows.text(row, 3),
                               .starts_at = rows.at(row, 4),
                               .currency = rows.text(row, 7),
                               .day = static_cast<int>(rows.number(row, 8))},
                       .at = {.state = rows.text(row, 5)}};
    if (!rows.null(row, 6)) out.at.next_timer = rows.at(row, 6);
    if (!rows.null(row, 9)) out.at.counts.pay = rows.number(row, 9);
    const auto small = [&](int column) {
      return rows.null(row, column)
                 ? std::nullopt
                 : std::optional{static_cast<int>(rows.number(row, column))};
    };
    out.at.marks[workflows::number_of(workflows::session_mark::flagged)] =
        rows.boolean(row, 12);
    out.at.counts.confirm_seconds = small(10);
    out.at.counts.minutes = small(11);
    return out;
  }

  /// Adds the events and transfers to the records.
  void complete(std::vector<session_record> &records) {
    static const prepared_statement entries{
        "check_events",
        "SELECT " + journal_columns()
            + " FROM journal AS j WHERE j.session_id = ANY ($1::text[])"
              " AND j.before >= 0 ORDER BY j.session_id, j.before"};
    static const prepared_statement transfers{
        "check_transfers",
        "SELECT " + transfer_columns()
            + " FROM ledger WHERE session_id = ANY ($1::text[])"};
    static const prepared_statement marks{
        "check_marks",
        "SELECT i.id, m.mark FROM unnest($1::text[]) AS i (id), LATERAL ("
        " SELECT mark FROM marks WHERE mark = ANY ($2::int2[])"
        " AND session_id = i.id OFFSET 0) AS m"};
    static const prepared_statement reminders{
        "check_reminders", "SELECT session_id, seq, kind, " + micros("at")
                               + ", answered FROM reminders"
                                 " WHERE session_id = ANY ($1::text[])"
                                 " ORDER BY session_id, seq"};
    std::map<std::string, session_record *> by_id;
    array_argument ids{column_type::text};
    for (auto &record : records) {
      by_id.emplace(record.id, &record);
      ids.text(record.id);
    }
    const auto args = arguments{}.array(ids);
    const auto logged = c_.run(entries, args);
    for (int i = 0; i < logged.size(); ++i) {
      auto entry = read_journal(logged, i);
      auto &events = by_id.at(entry.session)->events;
      std::ranges::move(entry.events, std::back_inserter(events));
    }
    const auto moved = c_.run(transfers, args);
    for (int i = 0; i < moved.size(); ++i)
      by_id.at(moved.text(i, 0))->transfers.push_back(read_transfer(moved, i));
    const auto sent = c_.run(reminders, args);
    for (int i = 0; i < sent.size(); ++i)
      by_id.at(sent.text(i, 0))
          ->reminders.push_back({.seq = static_cast<int>(sent.number(i, 1)),
                                 .kind = sent.text(i, 2),
                                 .at = sent.at(i, 3),
                                 .answered = sent.boolean(i, 4)});
    array_argument numbers{column_type::int2};
    for (std::size_t i = 0; i < workflows::mark_count; ++i)
      numbers.number(static_cast<int>(i));
    auto of_marks = args;
    const auto marked = c_.run(marks, of_marks.array(std::move(numbers)));
    for (int i = 0; i < marked.size(); ++i)
      by_id.at(marked.text(i, 0))
          ->at.marks.set(static_cast<std::size_t>(marked.number(i, 1)));
  }

  void walk_commands() {
    static const prepared_statement page{
        "check_commands",
        "SELECT coalesce(c.version = c.before"
        " + cardinality(string_to_array(c.events, E'\\n')), c.version > 0), "
            + outcome_columns()
            + " FROM journal AS c WHERE c.source IS NOT NULL"
              " AND (c.source, c.id, c.scope) > ($1::text, $2::text, $3::text)"
              " ORDER BY c.source, c.id, c.scope LIMIT $4::int4"};
    command_key after;
    for (;;) {
      const auto rows = c_.run(page, arguments{}
                                         .text(after.source)
                                         .text(after.id)
                                         .text(after.scope)
                                         .int4(page_size));
      if (rows.size() == 0) return;
      for (int i = 0; i < rows.size(); ++i) {
        const auto row = read_outcome(rows, i, 1);
        audit_.outcome(row, rows.boolean(i, 0));
        after = row.key();
      }
    }
  }

  void walk_counters() {
    const auto rows = c_.script(compare_counters);
    for (int i = 0; i < rows.size(); ++i)
      audit_.counter(
          {.kind = static_cast<workflows::limit_kind>(rows.number(i, 2)),
           .owner = rows.text(i, 0),
           .item = rows.text(i, 3),
           .period = static_cast<int>(rows.number(i, 1))},
          rows.number(i, 4), rows.number(i, 5));
  }

  void count(const workflows::usage_key &key, int amount) {
    waiting_[key] += amount;
    if (waiting_.size() >= 10000) flush();
  }

  void flush() {
    array_argument owner{column_type::text}, period{column_type::int4},
        kind{column_type::int2}, item{column_type::text},
        sum{column_type::int8};
    for (const auto &[key, amount] : waiting_) {
      owner.text(key.owner);
      period.number(key.period);
      kind.number(static_cast<int>(key.kind));
      item.text(key.item);
      sum.number(amount);
    }
    waiting_.clear();
    c_.run(add_sum,
           arguments{}.array(owner).array(period).array(kind).array(item).array(
               sum));
  }

  connection &c_;
  std::map<workflows::usage_key, std::int64_t> waiting_;
  audit audit_;
};

}  // namespace

violations sql_store::check() {
  return with([&](connection &c) {
    violations found;
    c.in_transaction([&] { found = pg_audit{c}.run(); },
                     "BEGIN ISOLATION LEVEL REPEATABLE READ");
    return found;
  });
}

}  // namespace recapd::storage::postgres
