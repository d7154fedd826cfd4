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
#include "gateway/http/person_erasure.hpp"
#include "lease_checker.hpp"
#include "partition_reader.hpp"
#include "postman.hpp"
#include "process.hpp"
#include "receiver.hpp"
#include "storage/memory/leases.hpp"
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
  /// Ends the processes while the members that hear of it are there: what is in
  /// flight is answered, as lost.
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
    /// Who waits for the answers to relayed commands, by number.
    std::map<std::uint64_t, actors::reply<actors::outcome>> relays;
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
    bool gone = false;  ///< from the table
    int looks = 0;      ///< only the last one planned takes place
  };
  /// A command that one node has relayed to another.
  struct relayed {
    std::size_t from = 0;
    int starts = 0;  ///< the asking slot's
    std::uint64_t number = 0;
    storage::other_node to;
    actors::submission what;
  };
  /// How often what goes wrong. But for the members that say otherwise: in one
  /// of so many steps; 0: never.
  struct hazards {
    fault_rates store;  ///< per mille of the calls
    unsigned actor_killed = 0, process_killed = 0, paused = 0, clock_jumps = 0,
             starved = 0, journal_slow = 0, cut_off = 0, drained = 0,
             resharded = 0, broker_lost = 0, policy_changed = 0, erased = 0;
    unsigned receiver_fails = 0;  ///< per mille of the deliveries
    unsigned mail_fails = 0;      ///< per mille of the mails
    unsigned parcels_lost = 0;    ///< per mille
    unsigned relays_lost = 0;     ///< per mille, of each direction
    bool redelivers = false;      ///< now and then an inbox row comes twice
  };

  // ---- world.cpp
  void start(std::size_t i);  ///< starts the process of this slot
  /// Counts the faults that a process's connection met; once, at its end.
  void count(const process &p);
  void note(const std::string &what);  ///< adds a line to the trace
  void at(instant when, std::function<void()> what);  ///< plans an entry
  void step();  ///< runs one message, runs one entry, or moves the time
  void pass_time(instant until);
  /// Moves the time on while nobody has anything to do: to the next entry of
  /// the agenda, or just a little.
  void pass_quiet_time();
  [[nodiscard]] bool run_due();  ///< runs one entry of the agenda that is due
  [[nodiscard]] std::vector<slot *> ready();  ///< returns who has mail
  void run_message(slot &s);
  [[nodiscard]] bool no_violations() const;
  [[nodiscard]] std::uint64_t answers_lost() const;  ///< returns a sum
  [[nodiscard]] bool over() const;  ///< returns true if nothing is to come
  void feed_receiver();             ///< delivers the next events, or fails to
  /// Now and then checks without faults soon after a fault, before time covers
  /// up what the fault left behind.
  void check_soon();
  void end_all();

  // ---- world_calm.cpp: what holds without faults
  void end_faults();  ///< stops all faults: clocks are right, all processes run
  void settle();      ///< runs the processes until no actor has a message left
  /// Checks that every timer that is overdue fires, and soon.
  void fire_overdue_timers();
  void fire_all_timers();  ///< goes on from due time to due time, to the last
  /// Checks that every command that was taken by now is answered, and soon.
  void check_answers();
  /// Returns the command that has waited longest of all, and its node.
  [[nodiscard]] std::optional<std::pair<std::size_t, open_command>>
  oldest_open() const;
  void report_unanswered(std::size_t i, const open_command &what);
  void report_endless_run();
  /// Stops faults for a moment, in which what is overdue must fire and every
  /// invariant must hold.
  void check_without_faults();

  // ---- world_faults.cpp
  void seed_hazards();   ///< chooses the seed's hazards, options and nodes
  void seed_sharing();   ///< chooses those of leases and of the broker
  void inject_faults();  ///< begins the faults of this step, if any
  void change_policy();
  void kill_process(std::size_t i);
  void pause(std::size_t i);
  void jump_clock(std::size_t i);
  void slow_down(std::size_t i);  ///< stops the node's journals for a while
  void cut_off(std::size_t i);
  /// Ends a pause. The node first sees what time it is, then what came for it.
  void resume(std::size_t i);

  // ---- world_erasures.cpp
  /// Erases what somebody wrote, step by step while all else goes on.
  void erase_somebody();
  void erase_on(const std::shared_ptr<gateway::http::person_erasure> &work);
  /// Does the next step of an erasure, which may meet a database that is away.
  [[nodiscard]] bool erase_step(gateway::http::person_erasure &work);
  /// Goes through all erasures once more, and checks what is left.
  void erase_again();

  // ---- world_nodes.cpp
  [[nodiscard]] membership
  membership_of(std::size_t i,
                const std::shared_ptr<connection_state> &connection);
  /// Returns what tells the checkers of the node's commits.
  [[nodiscard]] commit_watch watch_of(std::size_t i);
  /// Returns the time by the database's clock, which measures the leases.
  [[nodiscard]] instant lease_time() const;
  void end_process(std::size_t i);  ///< clears the slot, as after a kill
  void start_later(std::size_t i);  ///< at once where faults have stopped
  void drain(std::size_t i);
  /// Ends a node that drains when all it took is answered, or gives it up when
  /// that takes too long. Only what went wrong meanwhile may make it so long.
  void end_drained(std::size_t i, int starts, instant latest);
  void reshard();
  /// Returns true if heartbeats would change nothing: every shard has one
  /// holder that works, the shares are fair, and nobody else's lease is good.
  [[nodiscard]] bool leases_at_rest() const;
  /// Returns true if the node has a good lease and serves what it is told to.
  [[nodiscard]] bool serves_its_leases(const slot &s, instant now) const;
  void wait_for_leases();  ///< checks that the leases soon come to rest
  /// Checks that commands which other nodes have to execute are answered.
  void check_forwarding();
  /// Returns a command that, if there is one, another node has to execute.
  [[nodiscard]] const planned &next_probe(const slot &s);
  /// Sends a command until it is answered: a database may still be away for a
  /// moment.
  void send_probe(std::size_t i, const planned &p,
                  const std::shared_ptr<int> &waiting);

  // ---- world_relay.cpp
  bool relay(std::size_t from, const storage::other_node &to,
             const actors::submission &what,
             const actors::reply<actors::outcome> &done);
  void deliver_relayed(const relayed &r);
  void answer_relayed(const relayed &r,
                      const actors::answer<actors::outcome> &a);
  [[nodiscard]] microseconds travel();
  [[nodiscard]] bool loses_relayed();

  // ---- world_ingress.cpp
  /// Returns the text of the row by which a node forwards a command; its
  /// subject decides which node reads it.
  [[nodiscard]] std::string event_of(const actors::submission &s) const;
  /// Remembers a command, so that an event's text can name it.
  void register_command(const planned &p);
  /// Plans the delivery of rows that nodes have forwarded to each other.
  void look_at_inbox();
  void publish(const planned &p);  ///< gives a command to the broker
  /// Gives a node its reader of partitions. Nodes that do not share would take
  /// the partitions from each other all the time: the first reads them.
  void start_reader(std::size_t i);
  void submit_item(std::size_t i, const gateway::nats::item_ptr &item);
  void wake_reader(std::size_t i, microseconds later);
  /// Writes the dead letter of a command whose identity has other content.
  void write_reused(const char *ingress, instant received_at,
                    std::optional<std::int64_t> row);
  bool one_of(unsigned n) { return n > 0 && faults_.below(n) == 0; }

  // ---- world_campus.cpp
  void open(const planned &p);  ///< begins to send a planned command
  /// Sends a client's command until there is an outcome.
  void send(std::size_t client);
  void enter_inbox(const planned &p);
  void deliver(std::int64_t seq);  ///< hands it over if it is there
  void hand_over_row(slot &s, std::int64_t seq);
  void look_again(std::int64_t seq);
  [[nodiscard]] slot *some_process();
  /// Returns the processes that would read an inbox row of the session.
  [[nodiscard]] std::vector<slot *> servers_of(const std::string &session);
  /// Gives a command to a process. An answer of a process that died is not
  /// heard: its connection broke.
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
  bool calm_ = false;  ///< no faults at present
  std::uint64_t answers_lost_ = 0;
  instant next_fault_free_check_;
  std::shared_ptr<instant> now_;
  std::shared_ptr<storage::memory::database> database_;
  std::unique_ptr<storage::store> store_;  ///< the world's own, never fails
  bool shares_ = false;        ///< by leases; else every node serves everything
  bool knows_relays_ = false;  ///< nodes relay to each other
  std::uint64_t relays_ = 0;   ///< how many commands were relayed
  std::chrono::milliseconds lease_{10000};
  /// The steady clock of all processes, which measures the leases.
  std::shared_ptr<actors::ownership::time_point> steady_;
  std::shared_ptr<storage::memory::shared_leases> leases_;
  std::unique_ptr<storage::lease_store> lease_store_;  ///< the world's own
  std::shared_ptr<connection_state> receiver_connection_;
  std::unique_ptr<storage::store> receiver_store_;
  std::unique_ptr<postman> postman_;
  std::vector<slot> slots_;
  std::unique_ptr<lease_checker> lease_checker_;
  std::unique_ptr<broker> broker_;
  std::map<int, const planned *> by_number_;
  /// Each command's number, by its source, id and content.
  std::map<std::pair<std::pair<std::string, std::string>, storage::digest>, int>
      numbers_;
  std::deque<planned> probes_;  ///< commands the world itself sends
  std::map<std::pair<instant, std::uint64_t>, std::function<void()>> agenda_;
  std::uint64_t entries_ =
      0;  ///< put into the agenda, which orders equal times
  std::vector<client> clients_;
  std::map<std::int64_t, inbox_item> inbox_;
  std::vector<workflows::person> erased_;
  std::size_t unanswered_ = 0;  ///< clients and inbox rows
  std::int64_t last_inbox_ = 0;
};

}  // namespace recapd::simulation
