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
    resume(i);
    s.cut_off = false;
    s.running->connection()->away = false;
    s.running->connection()->breaking = false;
    s.running->connection()->shaken = false;
    s.running->connection()->rates = {};
    s.running->clock().off = 0us;
    s.running->hold_journals({});
    s.running->starve_one(schedule_, 0);
  }
}

void world::settle() {
  while (no_violations()) {
    const auto able = ready();
    if (able.empty()) return;
    if (tally_.steps >= most_steps) return report_endless_run();
    ++tally_.steps;
    run_message(*able[schedule_.below(able.size())]);
  }
}

void world::fire_overdue_timers() {
  const auto latest = *now_ + longest_delay;
  while (no_violations()) {
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

std::optional<std::pair<std::size_t, open_command>> world::oldest_open() const {
  std::optional<std::pair<std::size_t, open_command>> oldest;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].running || slots_[i].running->in_flight() == 0) continue;
    const auto &first = slots_[i].running->open()->begin()->second;
    if (!oldest || first.since < oldest->second.since) oldest = {i, first};
  }
  return oldest;
}

void world::check_answers() {
  const auto begun = *now_;
  const auto latest = begun + longest_reply;
  settle();
  while (no_violations()) {
    const auto oldest = oldest_open();
    if (!oldest || oldest->second.since > begun) return;
    if (*now_ > latest) return report_unanswered(oldest->first, oldest->second);
    pass_time(*now_ + 250ms);
    while (run_due()) {
    }
    settle();
  }
}

void world::report_unanswered(std::size_t i, const open_command &what) {
  checker_.violation("requesters: n" + std::to_string(i)
                     + " has never answered " + what.what + ", taken at "
                     + workflows::format_rfc3339(what.since));
}

void world::report_endless_run() {
  checker_.violation(
      "something runs in a circle: after " + std::to_string(tally_.steps)
      + " steps there is no end, and " + std::to_string(unanswered_)
      + " requesters have no answer");
}

void world::fire_all_timers() {
  while (no_violations()) {
    const auto owed = checker_.next_owed();
    if (!owed) return;
    pass_time(std::max(*now_, *owed));
    fire_overdue_timers();
  }
}

void world::check_without_faults() {
  end_faults();
  wait_for_leases();
  check_forwarding();
  check_answers();
  fire_overdue_timers();
  for (const auto &what : store_->check())
    checker_.violation("check: " + what);
  note("faults go on");
  calm_ = false;
  receiver_connection_->rates.read_fails = hazards_.store.read_fails;
  for (auto &s : slots_)
    s.running->connection()->rates = hazards_.store;
}

}  // namespace recapd::simulation
