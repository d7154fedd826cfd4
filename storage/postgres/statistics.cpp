// The store's statistics: what sessions add up to, and what waits for staff.
// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "storage/postgres/page.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

namespace {

/// Whole ranges are read, for which scans and hashes are the best plan, but for
/// short ones: what a week's sessions need is in memory, and read row by row.
constexpr const char *begin_reading =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    "SET LOCAL plan_cache_mode = force_custom_plan;"
    "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;"
    "SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '64MB'";

/// The sessions that are counted, `s`, and the parameters that say which.
class counted_sessions {
public:
  explicit counted_sessions(const statistics_query &of) : of_{of} {}

  /// Returns the condition of sessions; adds its parameters.
  std::string where(arguments &args) const {
    std::string sql = " WHERE true";
    const auto named = [&](const std::string &condition, const char *type) {
      sql += " AND " + condition + "$" + std::to_string(args.wire().size())
             + "::" + type;
    };
    if (of_.from) args.at(*of_.from), named("s.starts_at >= ", "timestamptz");
    if (of_.to) args.at(*of_.to), named("s.starts_at < ", "timestamptz");
    if (!of_.program.empty())
      args.text(of_.program), named("s.program = ", "text");
    if (of_.programs.only) {
      args.texts(*of_.programs.only);
      named("s.program = ANY (", "text[]");
      sql += ")";
    }
    return sql;
  }

private:
  const statistics_query &of_;
};

/// Returns the key of a session's group, as SQL of `s`. Days are numbers.
std::string key_of(const statistics_query &of) {
  switch (of.by) {
  case statistic::state:
    return "s.state";
  case statistic::day:
    return "s.day";
  case statistic::week: {
    // As workflows::week_thursday: the day numbered 0 is a Thursday.
    const auto first = std::to_string(of.week_starts_on);
    return "(s.day - (s.day + 11 - " + first + ") % 7 + (11 - " + first
           + ") % 7)";
  }
  case statistic::course:
    return "s.course";
  case statistic::tutor:
    return "s.tutor";
  case statistic::program:
  case statistic::refusal:
  case statistic::reminder:
    break;
  }
  return "s.program";
}

/// Returns a group's key as it is shown.
std::string shown_key(const statistics_query &of, const result_set &rows,
                      int row) {
  if (of.by == statistic::day)
    return workflows::day_name(static_cast<int>(rows.number(row, 0)));
  if (of.by == statistic::week)
    return workflows::week_name(static_cast<int>(rows.number(row, 0)));
  return rows.text(row, 0);
}

using groups = std::map<std::string, statistics_group>;

/// Adds up sessions, minutes and pay. A group has a row for each currency.
void add_sums(connection &c, const statistics_query &of, groups &to) {
  arguments args;
  const auto where = counted_sessions{of}.where(args);
  const auto rows = c.run_once(
      "SELECT " + key_of(of)
          + " AS key, s.currency, count(*), coalesce(sum(s.minutes), 0)::int8,"
            " sum(s.pay)::int8 FROM session_standings AS s"
          + where + " GROUP BY 1, 2 ORDER BY 1, 2",
      args);
  for (int i = 0; i < rows.size(); ++i) {
    auto &group = to[shown_key(of, rows, i)];
    group.sessions += rows.number(i, 2);
    group.minutes += rows.number(i, 3);
    if (!rows.null(i, 4))
      group.pay.emplace_back(rows.text(i, 1), rows.number(i, 4));
  }
}

void add_medians(connection &c, const statistics_query &of, groups &to) {
  arguments args;
  const auto where = counted_sessions{of}.where(args);
  const auto rows =
      c.run_once("SELECT " + key_of(of)
                     + " AS key, (2 * percentile_cont(0.5)"
                       " WITHIN GROUP (ORDER BY s.confirm_seconds))::int8"
                       " FROM session_standings AS s"
                     + where + " AND s.confirm_seconds IS NOT NULL GROUP BY 1",
                 args);
  for (int i = 0; i < rows.size(); ++i)
    to[shown_key(of, rows, i)].median_confirm_seconds =
        static_cast<double>(rows.number(i, 1)) / 2;
}

/// Counts what is told of sessions elsewhere, in rows with key, number and
/// number answered.
void add_counts(connection &c, const statistics_query &of,
                const std::string &columns, const std::string &table,
                const std::string &condition, groups &to) {
  arguments args;
  const auto where = counted_sessions{of}.where(args);
  const auto rows = c.run_once("SELECT " + columns + " FROM sessions AS s JOIN "
                                   + table + where + condition + " GROUP BY 1",
                               args);
  for (int i = 0; i < rows.size(); ++i) {
    auto &group = to[rows.text(i, 0)];
    group.count = rows.number(i, 1);
    group.answered = rows.number(i, 2);
  }
}

void add_groups(connection &c, const statistics_query &of, groups &to) {
  switch (of.by) {
  case statistic::refusal:
    return add_counts(
        c, of, "r ->> 'code', count(*), 0::int8",
        "journal AS j ON j.session_id = s.id AND j.before IS NULL,"
        " jsonb_array_elements(j.outcome::jsonb -> 'refusals') AS r",
        " AND r ->> 'code' <> 'malformed'", to);
  case statistic::reminder:
    return add_counts(c, of,
                      "r.kind, count(*), count(*) FILTER (WHERE r.answered)",
                      "reminders AS r ON r.session_id = s.id", "", to);
  default:
    add_sums(c, of, to);
    add_medians(c, of, to);
  }
}

/// Returns a count of the rows of a table about sessions, as SQL.
std::string count_of(const std::string &rows, const program_set &among) {
  return "(SELECT count(*) FROM " + rows
         + (among.only ? " AND " + among_sql("c.session_id", "$1") : "") + ")";
}

std::string marked(workflows::session_mark mark) {
  return "marks AS c WHERE c.mark = "
         + std::to_string(workflows::number_of(mark));
}

/// Returns the sessions with a flag among those that are not over, which the
/// index by state has together.
std::string open_with_flag() {
  std::string states;
  for (std::size_t i = 0; i < workflows::session_status_count; ++i)
    if (const auto s = static_cast<workflows::session_status>(i);
        !workflows::is_over(s))
      states +=
          (states.empty() ? "'" : ", '") + std::string{to_string(s)} + "'";
  return "standings AS c WHERE c.flagged AND c.state IN (" + states + ")";
}

std::string standing_as(const std::string &state) {
  return "standings AS c WHERE c.state = '" + state + "'";
}

}  // namespace

page<statistics_group> sql_store::statistics(const statistics_query &of) {
  if (!is_storable(of.program)) return {};
  return with([&](connection &c) {
    groups found;
    c.in_transaction([&] { add_groups(c, of, found); }, begin_reading);
    page<statistics_group> out;
    for (auto &[key, group] : found) {
      out.more = std::ssize(out) >= of.most_groups;
      if (out.more) break;
      group.key = key;
      out.push_back(std::move(group));
    }
    return out;
  });
}

queue_counts sql_store::count_queues(const program_set &among) {
  using enum workflows::session_mark;
  static const auto sql = [](const program_set &of) {
    return "SELECT " + count_of(marked(asked), of) + ", "
           + count_of(standing_as("missed"), of) + ", "
           + count_of(marked(overdue), of) + ", "
           + count_of(open_with_flag(), of) + ", "
           + count_of(standing_as("disputed"), of) + ", "
           + count_of("dead_letters AS c WHERE c.id > 0", of);
  };
  static const prepared_statement of_all{"queues", sql({})};
  static const prepared_statement of_some{"queues_of_some",
                                          sql({std::vector<std::string>{}})};
  return with([&](connection &c) {
    const auto rows = among.only
                          ? c.run(of_some, arguments{}.texts(*among.only))
                          : c.run(of_all);
    return queue_counts{.asked = rows.number(0, 0),
                        .missed = rows.number(0, 1),
                        .overdue = rows.number(0, 2),
                        .flagged = rows.number(0, 3),
                        .disputed = rows.number(0, 4),
                        .dead_letters = rows.number(0, 5)};
  });
}

untaken sql_store::count_untaken(int most) {
  // What came first has the lowest number.
  static const prepared_statement statement{
      "untaken",
      "SELECT (SELECT count(*) FROM (SELECT FROM waiting LIMIT $1::int4) AS w),"
      " coalesce((SELECT greatest(0, extract(epoch FROM"
      "   recapd_now() - received_at) * 1000)::int8 FROM ("
      "   (SELECT seq, received_at FROM inbox ORDER BY seq LIMIT 1) UNION ALL"
      "   (SELECT seq, received_at FROM forwarded ORDER BY seq LIMIT 1)) AS f"
      "   WHERE isfinite(received_at) ORDER BY seq LIMIT 1), 0),"
      " (SELECT count(*) FROM (SELECT FROM dead_letters LIMIT $1::int4) AS d)"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.int4(most));
    return untaken{.commands = rows.number(0, 0),
                   .oldest = std::chrono::milliseconds{rows.number(0, 1)},
                   .dead_letters = rows.number(0, 2)};
  });
}

oldest_waiting sql_store::find_oldest_waiting() {
  using enum workflows::session_mark;
  static const auto first = [](const std::string &rows) {
    return "(SELECT " + micros("min(s.starts_at)")
           + " FROM sessions AS s WHERE s.id IN"
             " (SELECT c.session_id FROM "
           + rows + "))";
  };
  static const prepared_statement statement{
      "oldest_waiting", "SELECT " + first(marked(asked)) + ", "
                            + first(standing_as("missed")) + ", "
                            + first(marked(overdue)) + ", "
                            + first(standing_as("disputed"))};
  return with([&](connection &c) {
    const auto rows = c.run(statement);
    const auto at = [&](int column) {
      return rows.null(0, column) ? std::nullopt
                                  : std::optional{rows.at(0, column)};
    };
    return oldest_waiting{
        .asked = at(0), .missed = at(1), .overdue = at(2), .disputed = at(3)};
  });
}

}  // namespace recapd::storage::postgres
