// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

#include "tools/bench/alarm.hpp"
#include "tools/bench/campus.hpp"
#include "tools/bench/lean.hpp"

namespace recapd::bench {

using clock = std::chrono::steady_clock;
namespace pg = storage::postgres;

namespace {

constexpr std::size_t clients = 32;
/// Sessions that are carried through before those that are measured: a server
/// plans a statement's first five executions anew, in each connection.
constexpr std::size_t warm_up = 20 * clients;

/// The steps in order. $1 is the session, and $2 what was written down.
constexpr std::array<const char *, lean::states.size()> steps{
    R"sql(
WITH s AS (INSERT INTO lean.sessions
             (id, state, tutor, student, course, week, day, starts_at)
           VALUES ($1::int8, 1, $2::int8, $3::int8, $4::int8, $5::int8,
                   $6::int8, now())),
     t AS (INSERT INTO lean.timers VALUES ($1, now() + interval '72 hours'))
INSERT INTO lean.events (session, seq, payload)
VALUES ($1, 1, '{"tutor":' || $2 || ',"student":' || $3 || '}'))sql",
    R"sql(
WITH s AS (UPDATE lean.sessions SET state = 2
            WHERE id = $1::int8 AND state = 1 RETURNING id)
INSERT INTO lean.events (session, seq, payload) SELECT id, 2, '{}' FROM s)sql",
    R"sql(
WITH s AS (UPDATE lean.sessions SET state = 3, minutes = 60
            WHERE id = $1::int8 AND state = 2 RETURNING *),
     p AS (INSERT INTO lean.pair_days SELECT tutor, student, day, id FROM s),
     w AS (INSERT INTO lean.tutor_weeks AS t SELECT tutor, week, 60 FROM s
           ON CONFLICT (tutor, week) DO UPDATE SET minutes = t.minutes + 60),
     c AS (INSERT INTO lean.course_weeks AS t
           SELECT student, course, week, 60 FROM s
           ON CONFLICT (student, course, week)
           DO UPDATE SET minutes = t.minutes + 60),
     d AS (DELETE FROM lean.timers WHERE session = $1),
     o AS (INSERT INTO lean.outbox (session, kind, payload)
           SELECT id, 3, '{"to":"student","session":' || id || '}' FROM s)
INSERT INTO lean.events (session, seq, payload)
SELECT id, 3, $2::text FROM s)sql",
    R"sql(
WITH s AS (UPDATE lean.sessions SET state = 4
            WHERE id = $1::int8 AND state = 3 RETURNING id),
     o AS (INSERT INTO lean.outbox (session, kind, payload)
           SELECT id, 4, '{"to":"tutor","session":' || id || '}' FROM s)
INSERT INTO lean.events (session, seq, payload)
SELECT id, 4, $2::text FROM s)sql",
    R"sql(
WITH s AS (UPDATE lean.sessions SET state = 5
            WHERE id = $1::int8 AND state = 4 RETURNING *),
     l AS (INSERT INTO lean.ledger SELECT id, 0, -1 - course, -6000 FROM s
           UNION ALL SELECT id, 1, tutor, 6000 FROM s),
     o AS (INSERT INTO lean.outbox (session, kind, payload)
           SELECT id, 5, '{"to":"both","session":' || id || '}' FROM s)
INSERT INTO lean.events (session, seq, payload) SELECT id, 5, '{}' FROM s)sql"};

pg::arguments arguments_of(const lean::session &s, lean::state to) {
  pg::arguments all;
  all.int8(s.id);
  if (to == lean::scheduled)
    all.int8(s.tutor).int8(s.student).int8(s.course).int8(s.week).int8(s.day);
  if (to == lean::completed || to == lean::confirmed) all.text(lean::recap);
  return all;
}

/// One connection, and the session that it carries through its steps.
struct client {
  lean::connection connection;
  lean::session session{};
  std::size_t step = 0;
  clock::time_point since{};  ///< when the step on its way was due

  [[nodiscard]] bool done() const { return step == steps.size(); }
  void take(std::size_t id) {
    session = lean::session_at(id);
    step = 0;
  }
  void send(clock::time_point due) {
    since = due;
    connection.send(step, arguments_of(session, lean::states.at(step)));
    connection.commit();
    ++step;
  }
};

/// All clients, on one event loop.
class hand_run {
public:
  explicit hand_run(const std::string &database) {
    watch(next_due_.socket(), nullptr);
    while (clients_.size() < clients) {
      auto &c = clients_.emplace_back(client{.connection = {database, steps}});
      watch(c.connection.socket(), &c);
    }
  }
  ~hand_run() { ::close(epoll_); }
  hand_run(const hand_run &) = delete;
  hand_run &operator=(const hand_run &) = delete;

  /// Carries so many new sessions through their steps; each client takes one at
  /// a time. With `per_second` 0 a client sends its next step when it has the
  /// answer to the one before, else at that rate: a latency then counts from
  /// when the step was due.
  load_result run(std::size_t sessions, double per_second,
                  load_client::progress tell) {
    until_ = taken_ + sessions;
    per_second_ = per_second;
    tell_ = std::move(tell);
    sent_ = 0;
    for (auto &c : clients_)
      begin(c);
    load_result result;
    latencies_us_ = &result.latencies_us;
    const auto want = sessions * steps.size();
    latencies_us_->reserve(want);
    began_ = clock::now();
    while (latencies_us_->size() < want) {
      send_due();
      receive();
    }
    const std::chrono::duration<double> took = clock::now() - began_;
    result.seconds = took.count();
    return result;
  }

private:
  void watch(int fd, client *whose) const {
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.ptr = whose;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  }

  void begin(client &c) {
    if (taken_ == until_) return;
    c.take(taken_++);
    idle_.push_back(&c);
  }

  void send_due() {
    for (; !idle_.empty(); idle_.pop_front(), ++sent_) {
      const auto now = clock::now();
      const auto at =
          per_second_ == 0 ? now : due_at(began_, sent_, per_second_);
      if (at > now) return next_due_.set(at);
      idle_.front()->send(at);
    }
  }

  void receive() {
    std::array<epoll_event, 64> ready{};
    const int n = ::epoll_wait(epoll_, ready.data(),
                               static_cast<int>(ready.size()), 60000);
    if (n == 0) throw std::runtime_error{"the server hangs"};
    for (int k = 0; k < n; ++k) {
      auto *c =
          static_cast<client *>(ready[static_cast<std::size_t>(k)].data.ptr);
      if (c == nullptr)
        next_due_.clear();
      else if (c->connection.receive(false))
        answered(*c);
    }
  }

  void answered(client &c) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
        clock::now() - c.since);
    latencies_us_->push_back(static_cast<std::uint32_t>(us.count()));
    if (latencies_us_->size() % 5000 == 0) tell_(latencies_us_->size());
    if (c.done())
      begin(c);
    else
      idle_.push_back(&c);
  }

  std::size_t until_ = 0;  ///< sessions behind this one are not taken
  double per_second_ = 0;
  load_client::progress tell_;
  const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  const alarm next_due_;
  std::deque<client> clients_;
  std::deque<client *> idle_;
  std::size_t taken_ = 0;
  std::size_t sent_ = 0;
  clock::time_point began_;
  std::vector<std::uint32_t> *latencies_us_ = nullptr;
};

/// Measures so many sessions. `when` is part of the figures' names.
void measure_sessions(bench_run &b, std::size_t count, double per_second,
                      const std::string &when) {
  constexpr const char *scenario = "by-hand";
  const auto what = "by hand" + when;
  const auto want = count * steps_per_lifecycle;
  lean::write_and_verify(b, what, [&](const std::string &database) {
    hand_run all{database};
    (void)all.run(warm_up, 0, b.teller(what + ", warming up", warm_up));
    const auto before = b.used(nullptr);
    const auto r = all.run(count, per_second, b.teller(what, want));
    const auto after = b.used(nullptr);
    if (per_second == 0)
      b.out().add(scenario, "throughput", "lifecycles/s",
                  static_cast<double>(count) / r.seconds);
    b.add_latencies(scenario, "", when.empty() ? " of a step" : when,
                    r.latencies_us);
    b.add_used(scenario, before, after, want, when);
    const auto all_sessions = warm_up + count;
    return lean_expectation{.sessions = all_sessions, .settled = all_sessions};
  });
}

}  // namespace

void measure_by_hand(bench_run &b) {
  measure_sessions(b, b.count_for(2500), 0, "");
  const auto calm_count = static_cast<std::size_t>(
      calm_rate * b.options().seconds / steps_per_lifecycle + 1);
  measure_sessions(b, calm_count, calm_rate, at_calm_rate);
}

}  // namespace recapd::bench
