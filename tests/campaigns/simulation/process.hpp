// One simulated process: an actor system of its own, with a node in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/node.hpp"
#include "faulty_store.hpp"
#include "rng.hpp"

namespace recapd::simulation {

using workflows::instant;

/// A process's wall clock: the world's time, and how far it is off.
class skewed_clock final : public actors::clock {
public:
  explicit skewed_clock(std::shared_ptr<const instant> world)
      : world_{std::move(world)} {}
  [[nodiscard]] instant now() const override { return *world_ + off; }

  std::chrono::microseconds off{};

private:
  std::shared_ptr<const instant> world_;
};

/// How a process shares the sessions with the others.
struct membership {
  storage::lease_store_factory leases;
  storage::heartbeat who;
  std::shared_ptr<const actors::ownership::time_point> steady;
  std::function<std::string(const actors::submission &)> as_event;
  actors::relay_function relay;
  std::function<void()> changed;
  std::function<void()> leave;
};

/// A command that was taken and is not answered.
struct open_command {
  std::string what;  ///< `source/id`
  instant since;
};
/// In the order of taking.
using open_commands = std::map<std::uint64_t, open_command>;

/// A process whose actors all run on the caller's thread, one message at a
/// time.
class process {
public:
  struct parts {
    int number = 0;
    std::shared_ptr<const instant> world_time;
    storage::store_factory stores;
    std::shared_ptr<connection_state> connection;
    actors::engine_options options;
    workflows::policy policy;
    std::optional<membership> shared;  ///< none: it serves all
  };

  /// Starts as the engine does: stores the policy, then spawns the node.
  explicit process(const parts &p);
  /// Ends the process as `kill -9` would: whatever is in flight is lost.
  ~process();
  process(const process &) = delete;
  process &operator=(const process &) = delete;

  /// Returns true if an actor has mail and is not held back.
  [[nodiscard]] bool has_job() const;
  /// Returns true if no actor has mail.
  [[nodiscard]] bool idle() const { return jobs().empty(); }
  struct stepped {
    std::string what;
    bool killed = false;
  };
  /// Runs one message of a random actor. If it is `fatal`, by the name of its
  /// type, the actor dies of it instead, unless it is one that does not die of
  /// itself: the guard, or CAF's own.
  stepped step(random_source &rng,
               const std::function<bool(const std::string &)> &fatal);
  /// Holds back one actor of those with mail for so many steps.
  void starve_one(random_source &rng, int steps);
  [[nodiscard]] bool starves() const { return starved_for_ > 0; }
  /// Holds back the journals until then, as when the database is slow.
  void hold_journals(instant until) { journals_held_until_ = until; }
  /// Moves the clock of the process's timers to the world's time.
  void catch_up();
  /// Returns true if an actor died for which the engine would start all anew.
  [[nodiscard]] bool wants_restart() const { return died_; }
  void restart_node();
  /// Returns what an actor threw last, and which actor; empty if none did.
  [[nodiscard]] const std::string &thrown() const { return thrown_; }

  /// Hands a command to its session, or to the node that serves it, as the
  /// engine does. Returns true if it goes to another node.
  bool submit(actors::submission s, actors::reply<actors::outcome> done);
  /// Returns the commands that were taken and are not answered; none after the
  /// process's end, when each has been answered as lost.
  [[nodiscard]] std::shared_ptr<const open_commands> open() const {
    return open_;
  }
  [[nodiscard]] std::size_t in_flight() const { return open_->size(); }
  [[nodiscard]] storage::bucket_set buckets() const {
    return owned_->assigned_buckets();
  }
  [[nodiscard]] const std::optional<membership> &shared() const {
    return parts_.shared;
  }

  [[nodiscard]] const actors::policy_book &policies() const {
    return *parts_.policies;
  }
  void follow_policies(storage::store &from) { parts_.policies->follow(from); }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] std::shared_ptr<connection_state> connection() const {
    return connection_;
  }
  [[nodiscard]] skewed_clock &clock() const { return *clock_; }

private:
  [[nodiscard]] actors::lease_parts leases() const;
  void spawn();
  void end(caf::exit_reason reason);
  [[nodiscard]] std::deque<caf::resumable *> &jobs() const {
    return scheduler_->jobs;
  }
  [[nodiscard]] bool held_back(caf::resumable *job) const;
  [[nodiscard]] std::size_t choose(random_source &rng);
  [[nodiscard]] bool mortal(const caf::scheduled_actor &actor) const;

  /// What every start of the actors needs.
  struct restart_parts {
    std::shared_ptr<actors::policy_book> policies;
    actors::engine_options options;
    storage::store_factory stores;
    std::optional<membership> shared;
  };

  int number_;
  std::shared_ptr<const instant> world_time_;
  instant seen_;  ///< the world's time that the timers' clock has reached
  std::shared_ptr<connection_state> connection_;
  std::shared_ptr<skewed_clock> clock_;
  restart_parts parts_;
  std::shared_ptr<actors::ownership> owned_;
  std::shared_ptr<open_commands> open_ = std::make_shared<open_commands>();
  std::uint64_t taken_ = 0;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator *scheduler_ = nullptr;
  actors::context_ptr node_;
  caf::actor guard_;
  bool died_ = false;
  caf::actor_id first_id_ = 0;  ///< of the node's actors
  caf::actor_id starved_ = 0;
  int starved_for_ = 0;
  instant journals_held_until_{};
  std::string thrown_;
};

}  // namespace recapd::simulation
