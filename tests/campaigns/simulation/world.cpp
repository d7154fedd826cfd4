// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <algorithm>
#include <exception>

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
/// How often faults stop, while commands come in, and everything is checked.
constexpr int fault_free_checks = 6;
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
      campus_{seed, 4}, store_rng_{std::make_shared<random_source>(seed, 5)},
      trace_{std::move(trace_to)}, now_{std::make_shared<instant>(plan_.begin)},
      database_{storage::memory::make_database()},
      store_{storage::memory::open_store(database_)},
      steady_{std::make_shared<actors::ownership::time_point>(1h)},
      leases_{std::make_shared<storage::memory::shared_leases>()},
      lease_store_{std::make_unique<storage::memory::leases>(
          leases_, [this] { return lease_time(); })},
      receiver_connection_{std::make_shared<connection_state>()},
      receiver_store_{make_faulty_store(storage::memory::open_store(database_),
                                        receiver_connection_, store_rng_, {})} {
  seed_hazards();
  checker_.knows_policy(1, plan_.policy);
  leases_->newest_policy = [this] {
    return static_cast<int>(store_->load_policies().size());
  };
  lease_checker_ = std::make_unique<lease_checker>(slots_.size());
  receiver_connection_->rates.read_fails = hazards_.store.read_fails;
  postman_ =
      std::make_unique<postman>(database_, *receiver_store_, now_, seed_);
  for (const auto &c : plan_.commands) {
    register_command(c);
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

world::~world() {
  end_all();
}

void world::end_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].running) end_process(i);
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
  if (shares_) lease_checker_->begins(i);
  auto connection = std::make_shared<connection_state>();
  // A process begins on a connection that works.
  auto watch = watch_of(i);
  s.running = std::make_unique<process>(process::parts{
      .number = int(i),
      .world_time = now_,
      .stores =
          [this, connection, watch] {
            return make_faulty_store(storage::memory::open_store(database_),
                                     connection, store_rng_, watch);
          },
      .connection = connection,
      .options = options_,
      .policy = plan_.policy,
      .shared = shares_ ? std::optional{membership_of(i, connection)}
                        : std::nullopt});
  s.paused = s.cut_off = s.leaving = false;
  s.troubled = *now_;
  if (!calm_) connection->rates = hazards_.store;
  note("n" + std::to_string(i) + " starts with policy "
       + std::to_string(s.running->policies().current_version()));
  start_reader(i);
}

void world::count(const process &p) {
  for (const auto &[kind, n] : p.connection()->faults)
    tally_.faults[kind] += n;
  for (const auto &[fault, n] : p.connection()->refused)
    tally_.met[fault] += n;
}

std::uint64_t world::answers_lost() const {
  std::uint64_t sum = 0;
  for (const auto &s : slots_)
    if (s.running) sum += s.running->connection()->lost;
  return sum;
}

bool world::no_violations() const {
  return checker_.violations().empty() && receiver_.violations().empty()
         && postman_->violations().empty()
         && lease_checker_->violations().empty();
}

bool world::over() const {
  return agenda_.empty() && unanswered_ == 0;
}

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

void world::pass_quiet_time() {
  const auto a_little = microseconds{1 + schedule_.below(2'000'000)};
  if (agenda_.empty() || schedule_.chance(300))
    return pass_time(*now_ + a_little);
  const auto beat = *now_ + lease_ / 5;
  if (!leases_at_rest())
    return pass_time(std::min(agenda_.begin()->first.first, beat));
  auto next = agenda_.begin()->first.first;
  if (const auto owed = checker_.next_owed();
      owed && *owed > *now_ && *owed < next && schedule_.chance(700))
    next = *owed + (schedule_.chance(500) ? 0us : a_little);
  pass_time(next);
}

void world::run_message(slot &s) {
  // Most is left undone between a commit and its answer.
  const auto fatal = [this](const std::string &message) {
    const auto rate = hazards_.actor_killed;
    return !calm_ && one_of(message == "commit_done" ? rate / 60 : rate);
  };
  const auto number = "n" + std::to_string(s.running->number()) + " ";
  const auto done = s.running->step(schedule_, fatal);
  note(number + done.what);
  look_at_inbox();
  if (shares_ && s.running->idle())
    lease_checker_->at_rest(std::size_t(s.running->number()));
  if (done.killed) {
    ++tally_.faults["actor_killed"];
    check_soon();
  }
  if (!s.running->thrown().empty())
    checker_.violation(number + s.running->thrown());
  if (!s.running->wants_restart()) return;
  note(number + "starts its actors anew");
  s.running->restart_node();
}

void world::step() {
  ++tally_.steps;
  inject_faults();
  if (schedule_.chance(20)) feed_receiver();
  if (schedule_.chance(20) && postman_->pump(calm_ ? 0 : hazards_.mail_fails))
    ++tally_.faults["mailer_killed"];
  const auto able = ready();
  if ((able.empty() || schedule_.chance(250)) && run_due()) return;
  if (able.empty()) return pass_quiet_time();
  run_message(*able[schedule_.below(able.size())]);
  if (schedule_.chance(15))
    pass_time(*now_ + microseconds{schedule_.below(3'000'000)});
}

void world::feed_receiver() {
  if (receiver_.pump(*receiver_store_, *store_rng_,
                     calm_ ? 0 : hazards_.receiver_fails))
    ++tally_.faults["sink_failed"];
}

void world::check_soon() {
  if (faults_.chance(150)) next_fault_free_check_ = *now_ + 20s;
}

run_result world::run() {
  const auto last =
      plan_.commands.empty() ? plan_.begin : plan_.commands.back().at;
  const auto between = (last - plan_.begin) / fault_free_checks + 1h;
  next_fault_free_check_ = plan_.begin + between;
  while (no_violations() && !over() && *now_ < last + 48h
         && tally_.steps < most_steps / 2) {
    step();
    if (const auto lost = answers_lost(); lost != answers_lost_) {
      answers_lost_ = lost;
      check_soon();
    }
    if (*now_ < next_fault_free_check_) continue;
    next_fault_free_check_ = *now_ + between;
    check_without_faults();
  }
  end_faults();
  while (no_violations() && !over() && tally_.steps < most_steps)
    step();
  if (no_violations() && !over()) report_endless_run();
  if (no_violations()) wait_for_leases();
  if (no_violations()) check_forwarding();
  if (no_violations()) check_answers();
  fire_all_timers();
  if (no_violations()) erase_again();
  if (no_violations()) {
    for (std::int64_t end = store_->feed_end();
         no_violations() && store_->load_sink("simulated").position < end;)
      feed_receiver();
    if (std::int64_t(receiver_.events()) != store_->feed_end())
      checker_.violation("outbox: the receiver lacks events");
    postman_->finish();
    tally_.met["mails"] += postman_->mails();
    if (const auto open = oldest_open())
      report_unanswered(open->first, open->second);
    checker_.at_the_end(*store_, *now_);
  }
  end_all();
  tally_.seeds = 1;
  tally_.sessions = plan_.sessions;
  tally_.commits = checker_.commits();
  tally_.virtual_time = *now_ - plan_.begin;
  for (const auto &[kind, n] : receiver_connection_->faults)
    tally_.faults[kind] += n;
  for (const auto &[what, n] : checker_.met())
    tally_.met[what] += n;
  for (const auto &[what, n] : lease_checker_->seen())
    tally_.faults[what] += n;
  if (broker_->redelivered() > 0)
    tally_.faults["parcel_redelivered"] += broker_->redelivered();
  auto violations = lease_checker_->violations();
  violations.insert(violations.end(), checker_.violations().begin(),
                    checker_.violations().end());
  violations.insert(violations.end(), receiver_.violations().begin(),
                    receiver_.violations().end());
  violations.insert(violations.end(), postman_->violations().begin(),
                    postman_->violations().end());
  return {.counted = tally_,
          .violations = std::move(violations),
          .fingerprint = trace_.fingerprint(),
          .lines = trace_.lines(),
          .last_steps = {trace_.last().begin(), trace_.last().end()}};
}

}  // namespace recapd::simulation
