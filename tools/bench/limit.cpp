// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <array>
#include <chrono>
#include <deque>
#include <fmt/format.h>
#include <future>
#include <vector>

#include "tools/bench/campus.hpp"
#include "tools/bench/lean.hpp"

namespace recapd::bench {

namespace pg = storage::postgres;

namespace {

constexpr std::size_t limit_connections = 2;
/// The sessions that a group of a connection begins, and of each earlier state
/// takes further: 1,000 steps in one transaction.
constexpr std::size_t limit_cohort = 200;
constexpr auto all_begun = limit_connections * limit_cohort;
/// The last groups, whose sessions are not settled.
constexpr std::size_t open_groups = steps_per_lifecycle - 1;

/// A statement with an array for each of its columns.
class row_statement {
public:
  row_statement(const char *sql, std::initializer_list<pg::column_type> columns)
      : sql_{sql}, arrays_(columns.begin(), columns.end()) {}

  template <class... Values> void add(const Values &...values) {
    auto *array = arrays_.data();
    (put(*array++, values), ...);
  }
  [[nodiscard]] const char *sql() const { return sql_; }
  [[nodiscard]] bool empty() const { return arrays_.front().empty(); }
  [[nodiscard]] pg::arguments take() {
    pg::arguments all;
    for (auto &a : arrays_)
      all.array(std::move(a));
    return all;
  }

private:
  static void put(pg::array_argument &to, std::int64_t v) { to.number(v); }
  static void put(pg::array_argument &to, std::string_view v) { to.text(v); }

  const char *sql_;
  std::vector<pg::array_argument> arrays_;
};

/// One transaction's rows, gathered step by step.
class lean_group {
  using enum pg::column_type;
  row_statement sessions_{
      "INSERT INTO lean.sessions (id, state, tutor, student, course, week, day,"
      "  minutes, starts_at) SELECT *, now() FROM unnest($1::int8[],"
      "  $2::int2[], $3::int8[], $4::int8[], $5::int8[], $6::int4[],"
      "  $7::int4[], $8::int4[]) ON CONFLICT (id) DO UPDATE"
      " SET state = excluded.state, minutes = excluded.minutes",
      {int8, int2, int8, int8, int8, int4, int4, int4}};
  row_statement events_{
      "INSERT INTO lean.events (session, seq, payload)"
      " SELECT * FROM unnest($1::int8[], $2::int2[], $3::text[])",
      {int8, int2, text}};
  row_statement outbox_{
      "INSERT INTO lean.outbox (session, kind, payload)"
      " SELECT * FROM unnest($1::int8[], $2::int2[], $3::text[])",
      {int8, int2, text}};
  row_statement timers_set_{
      "INSERT INTO lean.timers"
      " SELECT id, now() + interval '72 hours' FROM unnest($1::int8[]) AS id",
      {int8}};
  row_statement timers_cleared_{
      "DELETE FROM lean.timers WHERE session = ANY ($1::int8[])", {int8}};
  row_statement pair_days_{
      "INSERT INTO lean.pair_days SELECT * FROM"
      " unnest($1::int8[], $2::int8[], $3::int4[], $4::int8[])",
      {int8, int8, int4, int8}};
  row_statement tutor_weeks_{
      "INSERT INTO lean.tutor_weeks AS t SELECT tutor, week, 60 * count(*)"
      " FROM unnest($1::int8[], $2::int4[]) AS x (tutor, week) GROUP BY 1, 2"
      " ON CONFLICT (tutor, week) DO UPDATE"
      " SET minutes = t.minutes + excluded.minutes",
      {int8, int4}};
  row_statement course_weeks_{"INSERT INTO lean.course_weeks AS t"
                              " SELECT student, course, week, 60 * count(*)"
                              " FROM unnest($1::int8[], $2::int8[], $3::int4[])"
                              "   AS x (student, course, week) GROUP BY 1, 2, 3"
                              " ON CONFLICT (student, course, week) DO UPDATE"
                              " SET minutes = t.minutes + excluded.minutes",
                              {int8, int8, int4}};
  row_statement ledger_{
      "INSERT INTO lean.ledger SELECT * FROM"
      " unnest($1::int8[], $2::int2[], $3::int8[], $4::int8[])",
      {int8, int2, int8, int8}};

public:
  /// Returns the statements in the order in which they are sent.
  std::array<row_statement *, 9> all() {
    return {&sessions_,    &events_,         &outbox_,
            &timers_set_,  &timers_cleared_, &pair_days_,
            &tutor_weeks_, &course_weeks_,   &ledger_};
  }

  /// Adds the step that brings a session to a state.
  void add(const lean::session &s, lean::state to) {
    using namespace lean;
    sessions_.add(s.id, to, s.tutor, s.student, s.course, s.week, s.day,
                  to >= completed ? minutes : 0);
    if (to == scheduled) {
      timers_set_.add(s.id);
      events_.add(
          s.id, to,
          fmt::format(R"({{"tutor":{},"student":{}}})", s.tutor, s.student));
    } else {
      events_.add(s.id, to, to == completed || to == confirmed ? recap : "{}");
    }
    if (to == completed) {
      timers_cleared_.add(s.id);
      pair_days_.add(s.tutor, s.student, s.day, s.id);
      tutor_weeks_.add(s.tutor, s.week);
      course_weeks_.add(s.student, s.course, s.week);
      notify(s, to, "student");
    } else if (to == confirmed) {
      notify(s, to, "tutor");
    } else if (to == settled) {
      ledger_.add(s.id, 0, -1 - s.course, -pay);
      ledger_.add(s.id, 1, s.tutor, pay);
      notify(s, to, "both");
    }
  }

private:
  void notify(const lean::session &s, lean::state to, const char *whom) {
    outbox_.add(s.id, to,
                fmt::format(R"({{"to":"{}","session":{}}})", whom, s.id));
  }
};

std::vector<const char *> lean_statements() {
  std::vector<const char *> sql;
  for (const auto *s : lean_group{}.all())
    sql.push_back(s->sql());
  return sql;
}

/// Writes the nth group of one connection. Of k connections, each has every kth
/// session.
void write_group(lean::connection &to, std::size_t which, std::size_t n) {
  lean_group group;
  for (std::size_t age = 0; age < lean::states.size() && age <= n; ++age)
    for (std::size_t i = 0; i < limit_cohort; ++i) {
      const auto nth = (n - age) * limit_cohort + i;
      group.add(lean::session_at(nth * limit_connections + which),
                lean::states[age]);
    }
  std::size_t place = 0;
  for (auto *s : group.all()) {
    if (!s->empty()) to.send(place, s->take());
    ++place;
  }
  to.commit();
  to.receive(true);
}

/// Writes so many groups by each connection. Returns the sum of what each did
/// of that in a second.
double write_lean_groups(const std::string &database, std::size_t groups,
                         const load_client::progress &tell) {
  std::deque<lean::connection> connections;
  while (connections.size() < limit_connections)
    connections.emplace_back(database, lean_statements());
  std::vector<std::future<double>> running;
  for (std::size_t which = 0; which < limit_connections; ++which)
    running.push_back(std::async(std::launch::async, [&, which] {
      const auto began = std::chrono::steady_clock::now();
      for (std::size_t n = 0; n < groups; ++n) {
        write_group(connections[which], which, n);
        if (which == 0) tell(n);
      }
      const std::chrono::duration<double> took =
          std::chrono::steady_clock::now() - began;
      return 1 / took.count();
    }));
  double sum = 0;
  for (auto &r : running)
    sum += r.get();
  return sum;
}

}  // namespace

void measure_limit(bench_run &b) {
  const auto groups = b.count_for(17000) / all_begun + open_groups;
  // The first groups are smaller.
  const auto steps =
      (groups * steps_per_lifecycle - (1 + 2 + 3 + 4)) * all_begun;
  lean::write_and_verify(b, "limit", [&](const std::string &database) {
    const auto before = b.used(nullptr);
    const auto times_a_second =
        write_lean_groups(database, groups, b.teller("limit", groups));
    const auto after = b.used(nullptr);
    b.out().add("limit", "throughput", "lifecycles/s",
                static_cast<double>(steps) / steps_per_lifecycle
                    / limit_connections * times_a_second);
    b.add_used("limit", before, after, steps);
    return lean_expectation{.sessions = groups * all_begun,
                            .settled = (groups - open_groups) * all_begun};
  });
}

}  // namespace recapd::bench
