// SPDX-License-Identifier: Apache-2.0
// What goes wrong, and how often: each seed has its own mixture.
#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

void world::seed_hazards() {
  auto &d = faults_;
  auto maybe = [&](unsigned rate) { return d.chance(600) ? rate : 0; };
  auto &h = hazards_;
  h.store.commit_fails = maybe(unsigned(d.between(5, 80)));
  h.store.answer_lost = maybe(unsigned(d.between(5, 80)));
  h.store.read_fails = maybe(unsigned(d.between(2, 40)));
  const bool deaths = d.chance(750);
  h.actor_killed = deaths ? maybe(unsigned(d.between(300, 3000))) : 0;
  h.process_killed = deaths ? maybe(unsigned(d.between(800, 6000))) : 0;
  h.paused = maybe(unsigned(d.between(800, 5000)));
  h.clock_jumps = maybe(unsigned(d.between(500, 4000)));
  h.starved = maybe(unsigned(d.between(50, 500)));
  h.sink_fails = maybe(unsigned(d.between(20, 300)));
  h.redelivers = d.chance(600);

  auto &o = options_;
  o.shards = unsigned(d.between(1, 3));
  o.journals = unsigned(d.between(1, 2));
  o.readers = unsigned(d.between(1, 2));
  o.max_batch = d.of<std::size_t>({1, 3, 1000});
  o.max_resident_sessions = d.of<std::size_t>({3, 12, 50000});
  o.session_idle = d.of<std::chrono::milliseconds>({2s, 60s, 600s});
  o.timer_horizon = d.of<std::chrono::seconds>({60s, 600s, 86400s});
  slots_.resize(d.of<std::size_t>({1, 2, 2, 2, 3}));
}

void world::strike() {
  if (calm_) return;
  const auto i = faults_.below(slots_.size());
  auto &s = slots_[i];
  if (!s.running) return;
  if (one_of(hazards_.process_killed)) return kill_process(i);
  if (one_of(hazards_.paused) && !s.paused) pause(i);
  if (one_of(hazards_.clock_jumps)) jump_clock(i);
  if (one_of(hazards_.starved)) {
    ++tally_.faults["starved"];
    s.running->starve_one(faults_, faults_.between(10, 400));
  }
}

void world::kill_process(std::size_t i) {
  ++tally_.faults["process_killed"];
  note("n" + std::to_string(i) + " is killed");
  died_ = true;
  auto &s = slots_[i];
  count(*s.running);
  s.running.reset();
  s.paused = false;
  const microseconds down{std::int64_t(faults_.below(90'000'000))};
  at(*now_ + down, [this, i] {
    if (!slots_[i].running) start(i);
  });
}

void world::pause(std::size_t i) {
  ++tally_.faults["paused"];
  auto &s = slots_[i];
  s.paused = true;
  const auto longest = faults_.chance(300) ? 7'200'000'000U : 40'000'000U;
  const microseconds rest{std::int64_t(faults_.below(longest))};
  note("n" + std::to_string(i) + " pauses for "
       + std::to_string(rest.count() / 1000) + " ms");
  at(*now_ + rest, [this, i, start = s.starts] {
    if (slots_[i].starts == start) slots_[i].paused = false;
  });
}

void world::jump_clock(std::size_t i) {
  ++tally_.faults["clock_jumped"];
  const std::int64_t far = faults_.chance(200) ? 7'200'000'000 : 20'000'000;
  const microseconds off{std::int64_t(faults_.below(std::size_t(2 * far)))
                         - far};
  note("n" + std::to_string(i) + " has its clock off by "
       + std::to_string(off.count() / 1000) + " ms");
  slots_[i].running->clock().off = faults_.chance(250) ? 0us : off;
}

}  // namespace recapd::simulation
