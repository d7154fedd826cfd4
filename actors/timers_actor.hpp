// The timers actor: wakes sessions when something of theirs falls due.
//
// Each timer is a column of where its session stands. Only near timers are in
// memory, up to a horizon; the rest are read when their time comes closer. A
// session that was fired is on a list until it says that it has dealt with what
// was due. The actor compares with the wall clock at every look, so a clock
// that jumps does no harm. It also moves a manual clock, from due time to due
// time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_clock.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class timers_state {
public:
  static inline const char *name = "timers";
  timers_state() = default;

  void begin(timers_ref self, context_ptr node);
  void start();
  void set(const arm &m);
  void loaded(const timers_loaded &m);
  void done(const due_done &m);
  void advance(advance_to &m);
  void saved(const clock_saved &m);
  /// Forgets timers of buckets that the node lost, and reads those of new ones.
  void buckets_moved();
  /// Fires what is due, reads on, and moves a manual clock.
  void look();
  /// Reads what is overdue in the database, now and then: a session's actor
  /// that died between its commit and arming its timer left one that is not in
  /// memory.
  void look_for_overdue(caf::actor_clock::time_point at);
  /// Makes sessions due again that could not deal with what was due.
  void retry_failed();
  /// Returns how long to sleep; the wake at its end must carry `generation`.
  [[nodiscard]] std::chrono::microseconds sleep(std::uint64_t &generation);
  [[nodiscard]] bool current(const wake &m) const {
    return m.generation == generation_;
  }
  /// Returns true if something is due before the wake that is under way.
  [[nodiscard]] bool in_a_hurry() const;

private:
  void put(const std::string &session, instant at);
  void drop(const std::string &session);
  void load_more(instant until);
  void fire_due();
  void step_clock();
  void save_target(instant to);
  void end_advance(answer<instant> a);
  [[nodiscard]] manual_clock *manual() const;

  timers_ref self_;
  context_ptr node_;
  std::unordered_map<std::string, instant> at_;
  std::set<std::pair<instant, std::string_view>> order_;  ///< keys of `at_`
  std::unordered_set<std::string> firing_;
  std::vector<std::string> failed_;  ///< sessions in `firing_` to try again
  instant loaded_until_{};           ///< all that is due by then is in memory
  bool loading_ = false;
  bool load_again_ = false;  ///< a read under way is of other buckets
  std::unordered_set<std::string> armed_while_loading_;
  caf::actor_clock::time_point overdue_looked_for_{};
  std::deque<advance_to> advances_;
  enum class saving : std::uint8_t { not_yet, running, done };
  saving target_saved_ = saving::not_yet;  ///< the target of the front advance
  std::uint64_t generation_ = 0;
  instant next_wake_ = instant::max();
};

timers_ref::behavior_type
timers_actor(timers_ref::stateful_pointer<timers_state> self, context_ptr node);

}  // namespace recapd::actors
