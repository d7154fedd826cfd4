// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <chrono>
#include <fmt/format.h>
#include <stdexcept>
#include <thread>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"
#include "workflows/time.hpp"

namespace recapd::bench {

namespace {

using wall = std::chrono::system_clock;
using workflows::instant;

/// How long after the start a session's first timer fires: the tutor's recap
/// falls due, by default.
constexpr std::chrono::minutes first_timer{90};

instant now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(wall::now());
}

/// Schedules lessons whose first timers fall due at `due` and from then on
/// `apart` from each other.
void schedule(bench_run &b, const node &n, std::size_t count, instant due,
              std::chrono::microseconds apart) {
  load_client client{n.port(), 4};
  std::vector<std::vector<std::string>> lanes(4);
  std::vector<std::string> events;
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = due + static_cast<std::int64_t>(i) * apart - first_timer;
    events.push_back(campus{workflows::format_rfc3339(start), "tim"}.event(
        i, step::schedule));
    if (events.size() < 1000 && i + 1 < count) continue;
    lanes[i / 1000 % lanes.size()].push_back(post_batch(events));
    events.clear();
  }
  require_success(
      client.closed_loop(lanes, b.teller("timers: scheduling", count / 1000)));
  if (now() >= due)
    throw std::runtime_error{
        "the timers fell due before all sessions were scheduled"};
}

bool all_fired(const std::string &database, instant until) {
  return ask(database, "SELECT FROM standings WHERE next_timer <= '"
                           + workflows::format_rfc3339(until) + "' LIMIT 1")
      .empty();
}

/// Waits until all timers up to `last` have fired. Looks rarely: no index is by
/// moment alone, so each look reads a whole one.
void await_fired(const std::string &database, instant last) {
  std::this_thread::sleep_until(last);
  for (int i = 0; !all_fired(database, last); ++i) {
    if (i > 60) throw std::runtime_error{"timers did not fire in a minute"};
    std::this_thread::sleep_for(std::chrono::seconds{1});
  }
}

/// Returns how late, in seconds, the timers' events were committed.
double lateness(const std::string &database, const char *what) {
  const auto sql = fmt::format(
      "SELECT {} FROM (SELECT extract(epoch FROM"
      "   pg_xact_commit_timestamp(e.xmin) - s.starts_at)::float8 - {} AS late"
      "  FROM journal e JOIN sessions s ON s.id = e.session_id"
      " WHERE e.before > 0) AS x",
      what, std::chrono::seconds{first_timer}.count());
  return ask(database, sql)[0][0].as<double>();
}

/// Throws unless each timer fired once: one more event, one notification.
void require_each_once(const std::string &database, std::size_t count) {
  const auto found = ask(database, "SELECT count(*) FROM journal"
                                   " WHERE notifications IS NOT NULL")[0][0]
                         .as<std::size_t>();
  if (found != count)
    throw std::runtime_error{
        fmt::format("{} timers fired, not {}", found, count)};
}

void track_commits(bench_run &b, const char *on) {
  ask(b.server().admin_url(),
      std::string{"ALTER SYSTEM SET track_commit_timestamp = "} + on);
  b.server().restart();
}

template <class Then>
void with_timers(bench_run &b, std::size_t count, std::chrono::seconds lead,
                 std::chrono::microseconds apart, Then then) {
  const auto database = b.server().fresh_database("bench_timers");
  {
    const auto n = b.start_node(database);
    const auto due = now() + lead;
    schedule(b, *n, count, due, apart);
    b.out().progress("timers: firing");
    await_fired(database, due + static_cast<std::int64_t>(count) * apart);
  }
  require_each_once(database, count);
  then(database);
  output_of({b.recapctl(), "check", "--database", database});
  b.server().drop_database("bench_timers");
}

}  // namespace

void measure_timers(bench_run &b) {
  using namespace std::chrono_literals;
  track_commits(b, "on");
  const auto burst = b.size(100'000, 2000);
  const auto lead = b.options().quick ? 2s : 30s;
  with_timers(b, burst, lead, 0us, [&](const std::string &database) {
    const auto seconds = lateness(database, "max(late)");
    const auto per_timer = seconds * 1e6 / static_cast<double>(burst);
    b.out().add("timers", "due at once, fired and committed", "1/s",
                1e6 / per_timer);
    b.out().add("timers", "due at once, time a timer", "µs", per_timer);
    b.out().at_most("timers", "due at once, time a timer", 50);
  });
  const auto spread = b.size(10'000, 1000);
  with_timers(
      b, spread, b.options().quick ? 2s : 15s, 1ms,
      [&](const std::string &database) {
        const auto of = [&](const char *share) {
          return 1000
                 * lateness(database, fmt::format("percentile_cont({}) WITHIN "
                                                  "GROUP (ORDER BY late)",
                                                  share)
                                          .c_str());
        };
        b.out().add("timers", "1,000/s, lateness p50", "ms", of("0.5"));
        b.out().add("timers", "1,000/s, lateness p99", "ms", of("0.99"));
        b.out().at_most("timers", "1,000/s, lateness p99", 50);
      });
  track_commits(b, "off");
}

}  // namespace recapd::bench
