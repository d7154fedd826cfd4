// SPDX-License-Identifier: Apache-2.0
// What goes wrong, and how often: each seed has its own mixture.
#include <boost/json/serialize.hpp>

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
  h.journal_slow = maybe(unsigned(d.between(500, 4000)));
  h.policy_changed = maybe(unsigned(d.between(1000, 6000)));
  h.receiver_fails = maybe(unsigned(d.between(20, 300)));
  h.mail_fails = maybe(unsigned(d.between(20, 300)));
  h.redelivers = d.chance(600);

  auto &o = options_;
  o.shards = unsigned(d.between(1, 3));
  o.journals = unsigned(d.between(1, 2));
  o.journal_busy = std::size_t(d.between(1, 4));
  o.readers = unsigned(d.between(1, 2));
  o.max_batch = d.of<std::size_t>({1, 3, 1000});
  o.max_resident_sessions = d.of<std::size_t>({3, 12, 50000});
  o.session_idle = d.of<std::chrono::milliseconds>({2s, 60s, 600s});
  o.timer_horizon = d.of<std::chrono::seconds>({60s, 600s, 86400s});

  shares_ = d.chance(700);
  slots_.resize(shares_ ? d.of<std::size_t>({1, 2, 2, 3, 3})
                        : d.of<std::size_t>({1, 2, 2, 2, 3}));
  seed_sharing();
}

void world::seed_sharing() {
  auto &d = faults_;
  auto &h = hazards_;
  const auto maybe = [&](unsigned rate) { return d.chance(600) ? rate : 0; };
  h.erased = maybe(unsigned(d.between(1000, 8000)));
  h.broker_lost = maybe(unsigned(d.between(1000, 8000)));
  h.parcels_lost = maybe(unsigned(d.between(2, 40)));
  const auto partitions = d.of<unsigned>({16, 32});
  broker_ = std::make_unique<broker>(
      partitions, seed_,
      broker::surroundings{
          .now = [this] { return *now_; },
          .at = [this](instant when, auto what) { at(when, std::move(what)); },
          .acknowledged = [this](const planned &) { --unanswered_; },
          .loses =
              [this] {
                const bool lost =
                    !calm_ && faults_.chance(hazards_.parcels_lost);
                if (lost) ++tally_.faults["parcel_lost"];
                return lost;
              }});
  if (!shares_) return;
  h.store.beat_fails = maybe(unsigned(d.between(5, 100)));
  knows_relays_ = d.chance(700);
  h.relays_lost = maybe(unsigned(d.between(5, 100)));
  h.cut_off = maybe(unsigned(d.between(800, 5000)));
  h.drained = maybe(unsigned(d.between(2000, 9000)));
  h.resharded = maybe(unsigned(d.between(2000, 9000)));
  lease_ = d.of<std::chrono::milliseconds>({5s, 10s, 30s});
  leases_->table.shards = d.of<int>({1, 2, 4, 8, 16});
}

void world::inject_faults() {
  if (calm_) return;
  if (shares_ && one_of(hazards_.resharded)) reshard();
  if (one_of(hazards_.policy_changed)) change_policy();
  if (one_of(hazards_.erased)) erase_somebody();
  const auto i = faults_.below(slots_.size());
  auto &s = slots_[i];
  if (!s.running) return;
  if (one_of(hazards_.process_killed)) return kill_process(i);
  if (one_of(hazards_.paused) && !s.paused) pause(i);
  if (one_of(hazards_.cut_off) && !s.cut_off) cut_off(i);
  if (one_of(hazards_.drained) && !s.leaving) drain(i);
  if (one_of(hazards_.broker_lost) && !s.paused && s.reader) {
    ++tally_.faults["broker_lost"];
    s.reader->reconnect();
  }
  if (one_of(hazards_.clock_jumps)) jump_clock(i);
  if (one_of(hazards_.journal_slow)) slow_down(i);
  if (one_of(hazards_.starved)) {
    ++tally_.faults["starved"];
    s.troubled = *now_;
    s.running->starve_one(faults_, faults_.between(10, 400));
  }
}

/// Makes a new version of the policy while sessions run. Nodes that share learn
/// of it by their heartbeats, the others at once.
void world::change_policy() {
  const auto wanted = make_policy(seed_, faults_.below(5));
  const auto saved = store_->save_policy(
      {.body = boost::json::serialize(workflows::to_json(wanted))});
  if (saved.what != storage::policy_saved::result::fresh) return;
  ++tally_.faults["policy_changed"];
  note("policy " + std::to_string(saved.newest));
  checker_.knows_policy(saved.newest, wanted);
  for (auto &s : slots_)
    if (s.running && !shares_) s.running->follow_policies(*store_);
}

void world::kill_process(std::size_t i) {
  ++tally_.faults["process_killed"];
  note("n" + std::to_string(i) + " is killed");
  end_process(i);
  start_later(i);
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
    if (slots_[i].starts == start) resume(i);
  });
}

void world::resume(std::size_t i) {
  auto &s = slots_[i];
  if (!std::exchange(s.paused, false) || !s.running) return;
  s.troubled = *now_;
  const auto &members = leases_->table.members;
  const auto m = members.find(s.name);
  if (shares_ && (m == members.end() || m->second.expires_at <= lease_time()))
    ++tally_.met["paused_past_lease"];
  s.running->catch_up();
  for (const auto &what : std::exchange(s.mail, {}))
    if (s.reader) s.reader->arrived(what);
}

void world::cut_off(std::size_t i) {
  ++tally_.faults["cut_off"];
  auto &s = slots_[i];
  s.cut_off = true;
  auto connection = s.running->connection();
  connection->away = true;
  connection->breaking = faults_.chance(500);
  const microseconds rest{std::int64_t(
      faults_.below(faults_.chance(300) ? 600'000'000 : 40'000'000))};
  note("n" + std::to_string(i) + " is cut off for "
       + std::to_string(rest.count() / 1000) + " ms");
  at(*now_ + rest, [this, i, start = s.starts, connection] {
    connection->away = connection->breaking = false;
    if (slots_[i].starts != start) return;
    slots_[i].cut_off = false;
    slots_[i].troubled = *now_;
  });
}

void world::jump_clock(std::size_t i) {
  const std::int64_t far = faults_.chance(200) ? 7'200'000'000 : 20'000'000;
  const microseconds off{std::int64_t(faults_.below(std::size_t(2 * far)))
                         - far};
  auto &clock = slots_[i].running->clock();
  const auto was = std::exchange(clock.off, faults_.chance(250) ? 0us : off);
  if (clock.off == was) return;
  ++tally_.faults[clock.off > was ? "clock_forward" : "clock_back"];
  note("n" + std::to_string(i) + " has its clock off by "
       + std::to_string(clock.off.count() / 1000) + " ms");
}

void world::slow_down(std::size_t i) {
  ++tally_.faults["journal_slow"];
  const microseconds rest{std::int64_t(
      faults_.below(faults_.chance(300) ? 20'000'000 : 2'000'000))};
  note("n" + std::to_string(i) + " has slow journals for "
       + std::to_string(rest.count() / 1000) + " ms");
  auto &s = slots_[i];
  s.running->hold_journals(*now_ + rest);
  s.troubled = *now_ + rest;
  // Without something planned, the world would not let this time pass.
  at(*now_ + rest, [] {});
}

}  // namespace recapd::simulation
