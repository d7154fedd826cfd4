// SPDX-License-Identifier: Apache-2.0
// What must happen once nothing goes wrong any more.
#include <algorithm>

#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
/// How long a timer may take to fire once faults have stopped. The timers look
/// for what is overdue every ten seconds, and retry what failed twice a second.
constexpr auto longest_delay = 15s;
}  // namespace

/// Stops all faults: clocks are right, every process runs.
void world::end_faults() {
  calm_ = true;
  note("faults stop");
  receiver_connection_->rates = {};
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto &s = slots_[i];
    if (s.running && s.leaving) {
      kill_process(i);
      note("n" + std::to_string(i) + " was leaving");
    }
    if (!s.running) start(i);
    go_on(i);
    s.cut_off = false;
    s.running->connection()->away = false;
    s.running->connection()->breaking = false;
    s.running->connection()->rates = {};
    s.running->clock().off = 0us;
    s.running->rest_journals({});
    s.running->starve_one(schedule_, 0);
  }
}

/// Runs the processes until no actor has a message left.
void world::settle() {
  while (sound()) {
    const auto able = ready();
    if (able.empty()) return;
    if (tally_.steps >= most_steps) return runs_in_a_circle();
    ++tally_.steps;
    move_one(*able[schedule_.below(able.size())]);
  }
}

/// Checks that every timer that is overdue fires, and soon.
void world::fire_what_is_overdue() {
  const auto latest = *now_ + longest_delay;
  while (sound()) {
    const auto owed = checker_.next_owed();
    if (!owed || *owed > *now_) return;
    if (*now_ > latest)
      return checker_.violation("timers: one due at "
                                + workflows::format_rfc3339(*owed)
                                + " does not fire");
    pass_time(*now_ + 1s);
    settle();
  }
}

/// Returns the command that has waited longest of all, and its node.
std::optional<std::pair<std::size_t, open_command>> world::oldest_open() const {
  std::optional<std::pair<std::size_t, open_command>> oldest;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].running || slots_[i].running->in_flight() == 0) continue;
    const auto &first = slots_[i].running->open()->begin()->second;
    if (!oldest || first.since < oldest->second.since) oldest = {i, first};
  }
  return oldest;
}

/// Checks that every command that was taken by now is answered, and soon.
void world::answer_everybody() {
  const auto begun = *now_;
  const auto latest = begun + longest_reply;
  settle();
  while (sound()) {
    const auto oldest = oldest_open();
    if (!oldest || oldest->second.since > begun) return;
    if (*now_ > latest) return never_answered(oldest->first, oldest->second);
    pass_time(*now_ + 250ms);
    while (run_due()) {
    }
    settle();
  }
}

void world::never_answered(std::size_t i, const open_command &what) {
  checker_.violation("requesters: n" + std::to_string(i)
                     + " has never answered " + what.what + ", taken at "
                     + workflows::format_rfc3339(what.since));
}

void world::runs_in_a_circle() {
  checker_.violation(
      "something runs in a circle: after " + std::to_string(tally_.steps)
      + " steps there is no end, and " + std::to_string(unanswered_)
      + " requesters have no answer");
}

/// Goes on from due time to due time, until no timer is left.
void world::fire_what_is_owed() {
  while (sound()) {
    const auto owed = checker_.next_owed();
    if (!owed) return;
    pass_time(std::max(*now_, *owed));
    fire_what_is_overdue();
  }
}

/// Stops faults for a moment, in which what is overdue must fire and every
/// invariant must hold.
void world::check_without_faults() {
  end_faults();
  heal();
  call_the_roll();
  answer_everybody();
  fire_what_is_overdue();
  for (const auto &what : store_->check())
    checker_.violation("check: " + what);
  note("faults go on");
  calm_ = false;
  receiver_connection_->rates.read_fails = hazards_.store.read_fails;
  for (auto &s : slots_)
    s.running->connection()->rates = hazards_.store;
}

}  // namespace recapd::simulation
