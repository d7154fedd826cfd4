// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <algorithm>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"

namespace recapd::bench {

namespace {

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
    require_success(client.closed_loop(lane));
    b.out().progress("memory", std::to_string(at));
  }
}

std::map<std::string, std::string> resident(std::size_t count) {
  return {{"RECAPD_ENGINE_MAX_RESIDENT_SESSIONS", std::to_string(count)},
          {"RECAPD_ENGINE_SESSION_IDLE_MS", "3600000"}};
}

double bytes_of(const node &n) {
  return static_cast<double>(resident_bytes(n.pid()));
}

/// Measures what a session takes where there is room for every actor.
void measure_actor(bench_run &b, std::size_t sessions) {
  const auto database = b.server().fresh_database("bench_memory");
  const auto n = b.start_node(database, resident(2 * sessions));
  const auto warm = sessions / 5;
  schedule(b, *n, 0, warm);
  const auto before = bytes_of(*n);
  schedule(b, *n, warm, sessions);
  const auto after = bytes_of(*n);
  b.out().add("memory", "a resident session actor", "B",
              (after - before) / static_cast<double>(sessions - warm));
  b.out().at_most("memory", "a resident session actor", 2500);
  n->stop();
  b.server().drop_database("bench_memory");
}

/// Measures, with room for a fifth, that three times the sessions take no more.
void measure_bound(bench_run &b, std::size_t sessions) {
  const auto database = b.server().fresh_database("bench_memory");
  const auto n = b.start_node(database, resident(sessions / 5));
  schedule(b, *n, 0, sessions);
  const auto before = bytes_of(*n);
  schedule(b, *n, sessions, 3 * sessions);
  b.out().add("memory", "resident set", "MB", before / 1e6);
  b.out().add("memory", "resident set, three times the sessions", "times",
              bytes_of(*n) / before);
  b.out().at_most("memory", "resident set, three times the sessions", 1.2);
  n->stop();
  b.server().drop_database("bench_memory");
}

}  // namespace

void measure_memory(bench_run &b) {
  const auto sessions = b.size(100'000, 2000);
  measure_actor(b, sessions);
  measure_bound(b, sessions);
}

}  // namespace recapd::bench
