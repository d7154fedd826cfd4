// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <algorithm>
#include <exception>

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
/// Far above what any seed has needed: past it something runs in a circle.
constexpr std::uint64_t most_steps = 1'500'000;
/// How long a timer may take to fire once faults have stopped.
constexpr std::chrono::seconds longest_delay{30};
constexpr int truces = 6;
}  // namespace

std::uint64_t tally::all_faults() const {
  std::uint64_t sum = 0;
  for (const auto &[kind, n] : faults)
    sum += n;
  return sum;
}

void tally::add(const tally &other) {
  seeds += other.seeds;
  sessions += other.sessions;
  commands += other.commands;
  commits += other.commits;
  steps += other.steps;
  virtual_time += other.virtual_time;
  for (const auto &[kind, n] : other.faults)
    faults[kind] += n;
  for (const auto &[what, n] : other.met)
    met[what] += n;
}

world::world(std::uint64_t seed, plan p,
             std::function<void(const std::string &)> trace_to)
    : seed_{seed}, plan_{std::move(p)}, schedule_{seed, 2}, faults_{seed, 3},
      campus_{seed, 4}, store_dice_{std::make_shared<dice>(seed, 5)},
      trace_{std::move(trace_to)}, now_{std::make_shared<instant>(plan_.begin)},
      database_{storage::make_memory_database()},
      store_{storage::open_memory_store(database_)},
      steady_{std::make_shared<actors::ownership::time_point>(1h)},
      leases_{std::make_shared<storage::shared_leases>()},
      lease_store_{storage::open_memory_leases(
          leases_, [this] { return lease_time(); })},
      sink_connection_{std::make_shared<connection_state>()},
      sink_store_{make_faulty_store(storage::open_memory_store(database_),
                                    sink_connection_, store_dice_, {})} {
  seed_hazards();
  lease_witness_ = std::make_unique<lease_witness>(slots_.size());
  sink_connection_->rates.read_fails = hazards_.store.read_fails;
  for (const auto &c : plan_.commands) {
    learn(c);
    at(c.at, [this, &c] { open(c); });
  }
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (i == 0 || !shares_ || faults_.chance(700))
      start(i);
    else
      at(*now_ + microseconds{std::int64_t(faults_.below(100'000'000'000))},
         [this, i] {
           if (!slots_[i].running) start(i);
         });
}

/// What is in flight is answered, as lost, while there is somebody to hear it.
world::~world() {
  for (auto &s : slots_) {
    s.reader.reset();
    s.running.reset();
  }
}

void world::note(const std::string &what) {
  const auto since =
      std::chrono::duration_cast<microseconds>(*now_ - plan_.begin);
  trace_.add(std::to_string(tally_.steps) + " +" + std::to_string(since.count())
             + "us " + what);
}

void world::at(instant when, std::function<void()> what) {
  agenda_.emplace(std::pair{when, ++entries_}, std::move(what));
}

void world::start(std::size_t i) {
  auto &s = slots_[i];
  ++s.starts;
  if (shares_) lease_witness_->begins(i);
  auto connection = std::make_shared<connection_state>();
  // A process begins on a connection that works.
  auto version = std::make_shared<int>(0);
  auto watch = watch_of(i, version);
  auto policy = plan_.policy;
  if (s.starts > 1 && faults_.chance(200)) policy = make_policy(seed_, 1);
  s.running = std::make_unique<process>(process::parts{
      .number = int(i),
      .world_time = now_,
      .stores =
          [this, connection, watch] {
            return make_faulty_store(storage::open_memory_store(database_),
                                     connection, store_dice_, watch);
          },
      .connection = connection,
      .options = options_,
      .policy = policy,
      .shared = shares_ ? std::optional{membership_of(i, connection)}
                        : std::nullopt});
  s.paused = s.cut_off = s.leaving = false;
  *version = s.running->policies().current_version();
  witness_.knows_policy(*version, policy);
  if (!calm_) connection->rates = hazards_.store;
  note("n" + std::to_string(i) + " starts with policy "
       + std::to_string(*version));
  start_reader(i);
}

/// What its connection met; counted once, at its end.
void world::count(const process &p) {
  if (const auto n = p.connection()->faults; n > 0) tally_.faults["store"] += n;
  for (const auto &[fault, n] : p.connection()->refused)
    tally_.met[fault] += n;
}

std::uint64_t world::answers_lost() const {
  std::uint64_t sum = 0;
  for (const auto &s : slots_)
    if (s.running) sum += s.running->connection()->lost;
  return sum;
}

bool world::sound() const {
  return witness_.violations().empty() && sink_.violations().empty()
         && lease_witness_->violations().empty();
}

bool world::over() const {
  return agenda_.empty() && unanswered_ == 0;
}

/// Runs one entry of the agenda that is due.
bool world::run_due() {
  if (agenda_.empty() || agenda_.begin()->first.first > *now_) return false;
  const auto what = std::move(agenda_.begin()->second);
  agenda_.erase(agenda_.begin());
  what();
  return true;
}

std::vector<world::slot *> world::ready() {
  std::vector<slot *> all;
  for (auto &s : slots_)
    if (s.running && !s.paused && s.running->has_job()) all.push_back(&s);
  return all;
}

void world::pass_time(instant until) {
  const auto by = std::max(until - *now_, microseconds{0});
  // While all rest, and every lease is where it should be, the heartbeats of a
  // long time change nothing: they are passed over.
  const bool skips = by > lease_ / 5 && ready().empty() && leases_at_rest();
  *steady_ += skips ? lease_ / 5 : by;
  *now_ += by;
  for (auto &s : slots_)
    if (s.running && !s.paused) s.running->catch_up();
}

/// Nobody has anything to do: on to the next thing, or just a little.
void world::pass_quiet_time() {
  const auto a_little = microseconds{1 + schedule_.below(2'000'000)};
  if (agenda_.empty() || schedule_.chance(300))
    return pass_time(*now_ + a_little);
  const auto beat = *now_ + lease_ / 5;
  if (!leases_at_rest())
    return pass_time(std::min(agenda_.begin()->first.first, beat));
  auto next = agenda_.begin()->first.first;
  if (const auto owed = witness_.next_owed();
      owed && *owed > *now_ && *owed < next && schedule_.chance(700))
    next = *owed + (schedule_.chance(500) ? 0us : a_little);
  pass_time(next);
}

void world::move_one(slot &s) {
  const bool fatal = !calm_ && one_of(hazards_.actor_killed);
  const auto number = "n" + std::to_string(s.running->number()) + " ";
  const auto done = s.running->step(schedule_, fatal);
  note(number + done.what);
  look_at_inbox();
  if (shares_ && !s.running->has_job())
    lease_witness_->at_rest(std::size_t(s.running->number()));
  if (done.killed) {
    ++tally_.faults["actor_killed"];
    died_ = true;
  }
  if (!s.running->wants_restart()) return;
  note(number + "starts its actors anew");
  s.running->restart_node();
}

void world::step() {
  ++tally_.steps;
  strike();
  if (schedule_.chance(20)) look_at_sink();
  const auto able = ready();
  if ((able.empty() || schedule_.chance(250)) && run_due()) return;
  if (able.empty()) return pass_quiet_time();
  move_one(*able[schedule_.below(able.size())]);
  if (schedule_.chance(15))
    pass_time(*now_ + microseconds{schedule_.below(3'000'000)});
}

void world::look_at_sink() {
  if (sink_.pump(*sink_store_, *store_dice_, calm_ ? 0 : hazards_.sink_fails))
    ++tally_.faults["sink_failed"];
}

/// Faults stop: clocks are right, everybody runs.
void world::calm_down() {
  calm_ = true;
  note("faults stop");
  sink_connection_->rates = {};
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
    s.running->starve_one(schedule_, 0);
  }
}

/// Runs until nobody has a message left.
void world::settle() {
  while (sound() && tally_.steps < most_steps) {
    const auto able = ready();
    if (able.empty()) return;
    ++tally_.steps;
    move_one(*able[schedule_.below(able.size())]);
  }
}

/// What is overdue fires, and soon.
void world::fire_what_is_overdue() {
  // One whose arming died with an actor is found when the timers read on,
  // which they do at half of their horizon.
  const auto soon = *now_ + longest_delay;
  const auto latest = died_ ? soon + options_.timer_horizon / 2 : soon;
  while (sound()) {
    const auto owed = witness_.next_owed();
    if (!owed || *owed > *now_) return;
    if (*now_ > latest)
      return witness_.violation("timers: one due at "
                                + workflows::format_rfc3339(*owed)
                                + " does not fire");
    pass_time(*now_ + (*now_ > soon ? 60s : 1s));
    settle();
  }
}

/// From due time to due time, until nothing is owed any more.
void world::fire_what_is_owed() {
  while (sound()) {
    const auto owed = witness_.next_owed();
    if (!owed) return;
    pass_time(std::max(*now_, *owed));
    fire_what_is_overdue();
  }
}

/// Faults rest for a moment: what is overdue must fire, all must be in order.
void world::truce() {
  calm_down();
  heal();
  call_the_roll();
  fire_what_is_overdue();
  for (const auto &what : store_->check())
    witness_.violation("check: " + what);
  note("faults go on");
  calm_ = false;
  died_ = false;
  sink_connection_->rates.read_fails = hazards_.store.read_fails;
  for (auto &s : slots_)
    s.running->connection()->rates = hazards_.store;
}

run_result world::run() {
  const auto last =
      plan_.commands.empty() ? plan_.begin : plan_.commands.back().at;
  const auto between = (last - plan_.begin) / truces + 1h;
  auto next_truce = plan_.begin + between;
  while (sound() && !over() && *now_ < last + 48h
         && tally_.steps < most_steps / 2) {
    step();
    // Some are looked at closely, before time covers up what they left.
    if (const auto lost = answers_lost(); lost != answers_lost_) {
      answers_lost_ = lost;
      if (faults_.chance(150)) next_truce = *now_ + 20s;
    }
    if (*now_ < next_truce) continue;
    next_truce = *now_ + between;
    truce();
  }
  calm_down();
  while (sound() && !over() && tally_.steps < most_steps)
    step();
  if (sound() && unanswered_ > 0)
    witness_.violation(std::to_string(unanswered_)
                       + " requesters were never answered");
  if (sound()) heal();
  if (sound()) call_the_roll();
  fire_what_is_owed();
  if (sound()) {
    for (std::int64_t end = store_->feed_end();
         sound() && store_->load_cursor("simulated") < end;)
      look_at_sink();
    if (std::int64_t(sink_.events()) != store_->feed_end())
      witness_.violation("outbox: the receiver lacks events");
    witness_.at_the_end(*store_, *now_);
  }
  tally_.seeds = 1;
  tally_.sessions = plan_.sessions;
  tally_.commits = witness_.commits();
  tally_.virtual_time = *now_ - plan_.begin;
  for (auto &s : slots_)
    if (s.running) count(*s.running);
  for (const auto &[what, n] : witness_.met())
    tally_.met[what] += n;
  for (const auto &[what, n] : lease_witness_->seen())
    tally_.faults[what] += n;
  if (broker_->redelivered() > 0)
    tally_.faults["parcel_redelivered"] += broker_->redelivered();
  auto violations = lease_witness_->violations();
  violations.insert(violations.end(), witness_.violations().begin(),
                    witness_.violations().end());
  violations.insert(violations.end(), sink_.violations().begin(),
                    sink_.violations().end());
  return {.counted = tally_,
          .violations = std::move(violations),
          .fingerprint = trace_.fingerprint(),
          .lines = trace_.lines(),
          .last_steps = {trace_.last().begin(), trace_.last().end()}};
}

}  // namespace recapd::simulation
