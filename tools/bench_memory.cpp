#include "tools/bench_run.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <pqxx/pqxx>
#include <stdexcept>

#include "tools/bench_campus.hpp"
#include "tools/load_client.hpp"

namespace recapd::bench {

namespace {

constexpr std::int64_t in_a_month = 30 * 86400;

/// Schedules a stretch of lessons that rest afterwards, through the node.
void schedule(bench_run &b, const node &n, std::size_t from, std::size_t to) {
  const campus c{time_from_now(in_a_month)};
  load_client client{n.port(), 1};
  std::vector<std::vector<std::string>> lane(1);
  for (auto at = from; at < to; at += 500) {
    std::vector<std::string> events;
    for (auto i = at; i < std::min(at + 500, to); ++i)
      events.push_back(c.event(i, step::schedule));
    lane[0] = {post_batch(events)};
    const auto r = client.closed_loop(lane);
    if (r.failures > 0) throw std::runtime_error{r.first_failure};
    b.out().progress("memory", std::to_string(at));
  }
}

std::map<std::string, std::string> resident(std::size_t count) {
  return {{"RECAPD_ENGINE_MAX_RESIDENT_SESSIONS", std::to_string(count)},
          {"RECAPD_ENGINE_SESSION_IDLE_MS", "3600000"}};
}

/// Bytes the node takes after so many sessions, at most `most` resident.
double bytes_with(bench_run &b, std::size_t most, std::size_t sessions,
                  std::size_t more, double &after_more) {
  const auto database = b.server().fresh_database("bench_memory");
  const auto n = b.start_node(database, resident(most));
  schedule(b, *n, 0, sessions);
  const auto bytes = static_cast<double>(resident_bytes(n->pid()));
  schedule(b, *n, sessions, sessions + more);
  after_more = static_cast<double>(resident_bytes(n->pid()));
  n->stop();
  b.server().drop_database("bench_memory");
  return bytes;
}

}  // namespace

// Two nodes do the same; one may keep all its session actors, one nearly none.
// What they differ by is the actors.
void measure_memory(bench_run &b) {
  const auto sessions = b.size(100'000, 2000);
  const auto few = b.size(1000, 100);
  double unused = 0;
  double grown = 0;
  const auto without = bytes_with(b, few, sessions, 0, unused);
  const auto with = bytes_with(b, sessions, sessions, 2 * sessions, grown);
  b.out().add("memory", "a resident session actor", "B",
              (with - without) / static_cast<double>(sessions - few));
  b.out().at_most("memory", "a resident session actor", 2500);
  b.out().add("memory", "resident set, three times the sessions over one",
              "times", grown / with);
  b.out().at_most("memory", "resident set, three times the sessions over one",
                  1.2);
  b.out().add("memory", "resident set with that many actors", "MB", with / 1e6);
}

}  // namespace recapd::bench
