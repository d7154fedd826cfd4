// The world: processes over one journal, the campus, and what goes wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker.hpp"
#include "campus.hpp"
#include "checker.hpp"
#include "faulty_leases.hpp"
#include "lease_checker.hpp"
#include "partition_reader.hpp"
#include "process.hpp"
#include "receiver.hpp"
#include "storage/memory/store.hpp"
#include "trace.hpp"

namespace recapd::simulation {

/// What was simulated, counted.
struct tally {
  std::uint64_t seeds = 0;
  std::uint64_t sessions = 0;
  std::uint64_t commands = 0;  ///< sent, each copy and retry
  std::uint64_t commits = 0;
  std::uint64_t steps = 0;
  std::map<std::string, std::uint64_t> faults;
  /// Events, refusals, the journal's own refusals, answers to duplicates.
  std::map<std::string, std::uint64_t> met;
  std::chrono::microseconds virtual_time{};

  [[nodiscard]] std::uint64_t all_faults() const;
  void add(const tally &other);
};

struct run_result {
  tally counted;
  std::vector<std::string> violations;
  std::uint64_t fingerprint = 0;
  std::uint64_t lines = 0;
  std::vector<std::string> last_steps;
};

/// One seed's world, from the first command until all has settled.
class world {
public:
  world(std::uint64_t seed, plan p,
        std::function<void(const std::string &)> trace_to = {});
  world(const world &) = delete;
  world &operator=(const world &) = delete;
  ~world();

  [[nodiscard]] run_result run();

private:
  using microseconds = std::chrono::microseconds;
  /// Far above what any seed has needed: past it something runs in a circle.
  static constexpr std::uint64_t most_steps = 1'500'000;
  /// Without faults a node answers whatever it took within this time, which is
  /// more than the forwarder's patience.
  static constexpr std::chrono::seconds longest_reply{30};
  struct slot {
    std::unique_ptr<process> running;
    bool paused = false;
    bool cut_off = false;  ///< from the database
    bool leaving = false;  ///< it was asked to drain
    instant troubled;      ///< by any fault, the last time
    int starts = 0;
    std::string name;
    std::shared_ptr<partition_reader> reader;
    std::vector<parcel> mail;  ///< from the broker, while it pauses
    [[nodiscard]] bool healthy() const {
      return running && !paused && !cut_off;
    }
  };
  struct client {
    const planned *of = nullptr;
    bool answered = false;
    int tries = 0;
  };
  struct inbox_item {
    const planned *of = nullptr;
    instant received_at;
    bool gone = false;
    int looks = 0;  ///< only the last one planned takes place
  };
  /// How often what goes wrong. But for the members that say otherwise: in one
  /// of so many steps; 0: never.
  struct hazards {
    fault_rates store;  ///< per mille of the calls
    unsigned actor_killed = 0, process_killed = 0, paused = 0, clock_jumps = 0,
             starved = 0, journal_slow = 0, cut_off = 0, drained = 0,
             resharded = 0, broker_lost = 0;
    unsigned receiver_fails = 0;  ///< per mille of the deliveries
    unsigned parcels_lost = 0;    ///< per mille
    bool redelivers = false;      ///< now and then an inbox row comes twice
  };

  // ---- world.cpp
  void start(std::size_t i);
  void count(const process &p);
  void note(const std::string &what);
  void at(instant when, std::function<void()> what);
  void step();
  void pass_time(instant until);
  void pass_quiet_time();
  [[nodiscard]] bool run_due();
  [[nodiscard]] std::vector<slot *> ready();
  void move_one(slot &s);
  [[nodiscard]] bool sound() const;
  [[nodiscard]] std::uint64_t answers_lost() const;
  [[nodiscard]] bool over() const;
  void pump_receiver();
  void look_closely();
  void end_all();

  // ---- world_calm.cpp: what holds without faults
  void end_faults();
  void settle();
  void fire_what_is_overdue();
  void fire_what_is_owed();
  void answer_everybody();
  [[nodiscard]] std::optional<std::pair<std::size_t, open_command>>
  oldest_open() const;
  void never_answered(std::size_t i, const open_command &what);
  void runs_in_a_circle();
  void check_without_faults();

  // ---- world_faults.cpp
  void seed_hazards();
  void seed_sharing();
  void strike();
  void kill_process(std::size_t i);
  void pause(std::size_t i);
  void jump_clock(std::size_t i);
  void slow_down(std::size_t i);
  void cut_off(std::size_t i);
  void go_on(std::size_t i);

  // ---- world_nodes.cpp
  [[nodiscard]] membership
  membership_of(std::size_t i,
                const std::shared_ptr<connection_state> &connection);
  [[nodiscard]] commit_watch watch_of(std::size_t i,
                                      const std::shared_ptr<int> &version);
  [[nodiscard]] instant lease_time() const;
  void gone(std::size_t i);
  void drain(std::size_t i);
  void end_drained(std::size_t i, int starts, instant latest);
  void reshard();
  [[nodiscard]] bool leases_at_rest() const;
  [[nodiscard]] bool is_right(const slot &s, instant now) const;
  void heal();
  void call_the_roll();
  [[nodiscard]] const planned &next_of_roll(const slot &s);
  void ask(std::size_t i, const planned &p,
           const std::shared_ptr<int> &waiting);

  // ---- world_ingress.cpp
  [[nodiscard]] std::string event_of(const actors::submission &s) const;
  void learn(const planned &p);
  void look_at_inbox();
  void publish(const planned &p);
  void start_reader(std::size_t i);
  void submit_item(std::size_t i, const gateway::nats::item_ptr &item);
  void wake_reader(std::size_t i, microseconds later);
  bool one_of(unsigned n) { return n > 0 && faults_.below(n) == 0; }

  // ---- world_campus.cpp
  void open(const planned &p);
  void send(std::size_t client);
  void enter_inbox(const planned &p);
  void deliver(std::int64_t seq);
  void hand_over_row(slot &s, std::int64_t seq);
  void look_again(std::int64_t seq);
  [[nodiscard]] slot *some_process();
  [[nodiscard]] std::vector<slot *> servers_of(const std::string &session);
  void hand_over(slot &s, actors::submission what,
                 std::function<void(bool answered, bool id_reused)> then);

  std::uint64_t seed_;
  plan plan_;
  random_source schedule_, faults_, campus_;
  std::shared_ptr<random_source> store_rng_;
  trace trace_;
  checker checker_;
  receiver receiver_;
  tally tally_;
  hazards hazards_;
  actors::engine_options options_;
  bool calm_ = false;  ///< no fault strikes
  std::uint64_t answers_lost_ = 0;
  instant next_fault_free_check_;
  std::shared_ptr<instant> now_;
  std::shared_ptr<storage::memory::database> database_;
  std::unique_ptr<storage::store> store_;  ///< the world's own, never fails
  bool shares_ = false;  ///< by leases; else every node serves everything
  std::chrono::milliseconds lease_{10000};
  std::shared_ptr<actors::ownership::time_point> steady_;
  std::shared_ptr<storage::shared_leases> leases_;
  std::unique_ptr<storage::lease_store> lease_store_;  ///< the world's own
  std::shared_ptr<connection_state> receiver_connection_;
  std::unique_ptr<storage::store> receiver_store_;
  std::vector<slot> slots_;
  std::unique_ptr<lease_checker> lease_checker_;
  std::unique_ptr<broker> broker_;
  std::map<int, const planned *> by_number_;
  std::map<std::pair<std::pair<std::string, std::string>, storage::digest>, int>
      numbers_;
  std::deque<planned> roll_;  ///< commands the world itself sends
  std::map<std::pair<instant, std::uint64_t>, std::function<void()>> agenda_;
  std::uint64_t entries_ = 0;
  std::vector<client> clients_;
  std::map<std::int64_t, inbox_item> inbox_;
  std::size_t unanswered_ = 0;  ///< clients and inbox rows
  std::int64_t last_inbox_ = 0;
};

}  // namespace recapd::simulation
