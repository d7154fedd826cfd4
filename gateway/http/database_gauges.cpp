// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/database_gauges.hpp"

#include <chrono>
#include <mutex>

namespace recapd::gateway::http {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

/// Where counting ends: larger figures tell nothing more to act on.
constexpr int most_counted = 10'000;
constexpr auto feed_pause = 1s;
/// The time between counts of the sessions, each of which walks them all, and
/// between looks at all that waits for staff.
constexpr auto count_pause = 60s;

void read_queues(storage::store &db, workflows::instant now, metrics &meters) {
  const auto count = db.count_queues({});
  const auto first = db.find_oldest_waiting();
  const auto tell = [&](std::string_view queue, std::int64_t sessions,
                        std::optional<workflows::instant> began) {
    meters.queue(queue, sessions,
                 began ? std::max(now - *began, workflows::instant::duration{})
                       : workflows::instant::duration{});
  };
  tell("asked", count.asked, first.asked);
  tell("missed", count.missed, first.missed);
  tell("overdue", count.overdue, first.overdue);
  tell("disputed", count.disputed, first.disputed);
}

void read_feed_gauges(storage::store &db, metrics &meters) {
  const auto places = meters.feed_places();
  for (const auto &[sink, position] : places) {
    const auto left = db.count_feed(position, most_counted);
    meters.feed_lag(sink, left.readable);
    meters.feed_held_back(left.held_back);
  }
  if (places.empty())
    meters.feed_held_back(db.count_feed(0, most_counted).held_back);
}

}  // namespace

struct database_gauges::state {
  std::mutex mutex;
  bool reading = false;
  steady_clock::time_point read_at = steady_clock::time_point::min();
  steady_clock::time_point counted_at = steady_clock::time_point::min();
  steady_clock::time_point queues_at = steady_clock::time_point::min();
  /// Other nodes may have moved sessions since they were counted.
  bool others_moved = false;

  /// Returns true if the caller shall read; sets in `count` whether it shall
  /// count the sessions, too, and in `queues` whether it shall look through
  /// them.
  bool begin(bool alone, steady_clock::time_point now, bool &count,
             bool &queues);
};

bool database_gauges::state::begin(bool alone, steady_clock::time_point now,
                                   bool &count, bool &queues) {
  const std::lock_guard lock{mutex};
  const auto past = [now](steady_clock::time_point then, auto pause) {
    return then == steady_clock::time_point::min() || now - then >= pause;
  };
  others_moved = others_moved || !alone;
  if (reading || !past(read_at, feed_pause)) return false;
  reading = true;
  read_at = now;
  count = others_moved && past(counted_at, count_pause);
  if (count) {
    counted_at = now;
    others_moved = !alone;
  }
  queues = past(queues_at, count_pause);
  if (queues) queues_at = now;
  return true;
}

database_gauges::database_gauges() : state_{std::make_shared<state>()} {}

void database_gauges::refresh(actors::engine &engine, metrics &meters,
                              const std::function<void()> &then) {
  bool count = false;
  bool queues = false;
  const bool alone = engine.buckets().all();
  if (!engine.status().database_up
      || !state_->begin(alone, steady_clock::now(), count, queues))
    return then();
  const auto done = [state = state_, then] {
    {
      const std::lock_guard lock{state->mutex};
      state->reading = false;
    }
    then();
  };
  const auto word = engine.query(
      "metrics",
      [&meters, count, queues, now = engine.time().now(),
       done](storage::store &db) {
        read_feed_gauges(db, meters);
        meters.untaken(db.count_untaken(most_counted));
        if (queues) read_queues(db, now, meters);
        if (count) meters.set_sessions(db.count_by_state());
        done();
      },
      [done](storage::fault) { done(); });
  if (word != actors::admission::taken) done();
}

}  // namespace recapd::gateway::http
