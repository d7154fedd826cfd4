// SPDX-License-Identifier: Apache-2.0
// How the nodes share: joining, draining, other shards, and whether all leases
// are where they should be.
#include <algorithm>
#include <exception>

#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
/// How long a node that leaves waits for what is in flight.
constexpr auto longest_drain = 60s;
constexpr auto between_looks = 200ms;
/// A node that serves a session is found within this time; less than the
/// forwarder's patience.
constexpr auto longest_answer = 24s;
/// The number of the first command that the world itself sends, beyond those of
/// planned commands.
constexpr int first_probe = 1'000'000;

std::string list(const std::vector<int> &shards) {
  std::string all = "[";
  for (const int shard : shards)
    all += (all.size() > 1 ? " " : "") + std::to_string(shard);
  return all + "]";
}
}  // namespace

instant world::lease_time() const {
  return plan_.begin
         + std::chrono::duration_cast<microseconds>(
             steady_->time_since_epoch());
}

membership
world::membership_of(std::size_t i,
                     const std::shared_ptr<connection_state> &connection) {
  auto &s = slots_[i];
  // One that is started on its data folder again has its old name.
  if (s.name.empty() || faults_.chance(200))
    s.name = "n" + std::to_string(i) + "-" + std::to_string(s.starts);
  const auto told = [this, i, last = std::make_shared<std::string>()](
                        const storage::heartbeat_answer &answer) {
    auto now = list(answer.leased) + " of " + std::to_string(answer.shards)
               + " shards, and gives up " + list(answer.surplus);
    if (now != *last) note("n" + std::to_string(i) + " is told to hold " + now);
    *last = std::move(now);
    lease_checker_->told(i, answer, *steady_, *steady_ + lease_);
  };
  return {
      .leases =
          [this, connection, told] {
            return make_faulty_leases(
                std::make_unique<storage::memory::leases>(
                    leases_, [this] { return lease_time(); }),
                connection, store_rng_, told);
          },
      .who = {.node = s.name,
              .incarnation = std::to_string(s.starts),
              .address = s.name,
              .secret = knows_relays_ ? std::to_string(s.starts) : "",
              .expiry = lease_,
              .joining = false,
              .leaving = false},
      .steady = steady_,
      .as_event = [this](const auto &what) { return event_of(what); },
      .relay = [this, i](const auto &to, const auto &what,
                         const auto &done) { return relay(i, to, what, done); },
      .changed = [this, i] { wake_reader(i, 1ms); },
      .leave =
          [this, i, start = s.starts] {
            if (slots_[i].starts != start) return;
            note("n" + std::to_string(i) + " leaves");
            slots_[i].leaving = true;
            const auto latest = *now_ + longest_drain;
            at(*now_,
               [this, i, start, latest] { end_drained(i, start, latest); });
          }};
}

commit_watch world::watch_of(std::size_t i) {
  auto written = [this, i](const storage::commit &c) {
    note(
        "n" + std::to_string(i) + " commits " + c.session + " events "
        + std::to_string(c.events.size())
        + (c.outcome ? " for " + c.outcome->source + "/" + c.outcome->id : ""));
    if (shares_) lease_checker_->committed(i, workflows::bucket_of(c.session));
    try {
      checker_.committed(c);
    } catch (const std::exception &e) {
      checker_.violation(c.session
                         + ": what was written cannot be read: " + e.what());
    }
  };
  return {.written = std::move(written),
          .refused =
              [this, i](const storage::commit &c) {
                if (shares_)
                  lease_checker_->refused(i, workflows::bucket_of(c.session));
              },
          .stale =
              [this, i](const storage::commit &c) {
                return shares_
                       && lease_checker_->stale(
                           i, workflows::bucket_of(c.session));
              }};
}

void world::end_process(std::size_t i) {
  auto &s = slots_[i];
  count(*s.running);
  lease_checker_->ends(i);
  s.reader.reset();
  s.mail.clear();
  s.relays.clear();
  const auto open = s.running->open();
  s.running.reset();
  // With its actors go all who could still answer.
  if (!open->empty()) report_unanswered(i, open->begin()->second);
  s.paused = s.cut_off = s.leaving = false;
}

void world::start_later(std::size_t i) {
  const microseconds down{calm_ ? 0 : std::int64_t(faults_.below(90'000'000))};
  at(*now_ + down, [this, i] {
    if (!slots_[i].running) start(i);
  });
}

void world::drain(std::size_t i) {
  if (!lease_store_->ask_to_drain(slots_[i].name)) return;
  ++tally_.faults["drained"];
  note("n" + std::to_string(i) + " is asked to drain");
}

void world::end_drained(std::size_t i, int starts, instant latest) {
  auto &s = slots_[i];
  if (s.starts != starts || !s.running) return;
  const bool done = !s.paused && s.running->in_flight() == 0;
  if (*now_ < latest && (!done || !s.running->idle())) {
    at(*now_ + between_looks,
       [this, i, starts, latest] { end_drained(i, starts, latest); });
    return;
  }
  if (!done && s.healthy() && !s.running->starves()) {
    const auto &first = s.running->open()->begin()->second;
    if (*now_ - std::max(first.since, s.troubled) > longest_reply)
      report_unanswered(i, first);
  }
  if (!s.cut_off) lease_store_->leave(s.name, std::to_string(starts));
  note("n" + std::to_string(i) + " has left");
  end_process(i);
  start_later(i);
}

void world::reshard() {
  const auto shards = faults_.of<int>({1, 2, 4, 8, 16});
  if (!lease_store_->set_shards(shards)) return;
  ++tally_.faults["resharded"];
  note("there are " + std::to_string(shards) + " shards");
  lease_checker_->resharded();
}

bool world::serves_its_leases(const slot &s, instant now) const {
  const auto &t = leases_->table;
  const auto m = t.members.find(s.name);
  if (m == t.members.end() || m->second.expires_at <= now
      || m->second.incarnation != std::to_string(s.starts)
      || m->second.draining)
    return false;
  std::vector<int> held;
  for (const auto &[shard, holder] : t.holders)
    if (holder == s.name) held.push_back(shard);
  return s.running->buckets() == actors::buckets_of(held, t.shards);
}

bool world::leases_at_rest() const {
  if (!shares_) return true;
  const auto &t = leases_->table;
  const auto now = lease_time();
  std::map<std::string, int> shares;
  for (const auto &s : slots_)
    if (s.healthy()) {
      if (s.leaving || !serves_its_leases(s, now)) return false;
      shares.emplace(s.name, 0);
    }
  for (const auto &[name, m] : t.members)
    if (m.expires_at > now && !shares.contains(name)) return false;
  if (shares.empty()) return true;
  for (int shard = 0; shard < t.shards; ++shard) {
    const auto holder = t.holders.find(shard);
    const auto share =
        holder == t.holders.end() ? shares.end() : shares.find(holder->second);
    if (share == shares.end()) return false;
    ++share->second;
  }
  const int even = t.shards / int(shares.size());
  return std::all_of(shares.begin(), shares.end(), [&](const auto &share) {
    return share.second == even || share.second == even + 1;
  });
}

void world::wait_for_leases() {
  settle();
  const auto latest = *steady_ + 4 * lease_ + 60s;
  while (no_violations() && !leases_at_rest()) {
    if (*steady_ > latest)
      return checker_.violation("leases: the shards are not shared, though "
                                "nothing goes wrong");
    pass_time(*now_ + lease_ / 10);
    while (run_due()) {
    }
    settle();
  }
}

const planned &world::next_probe(const slot &s) {
  planned p;
  p.number = first_probe + int(probes_.size());
  p.what.source = "probe";
  p.what.id = std::to_string(p.number);
  for (int i = 0; i < 20; ++i) {
    p.what.session = "nowhere-" + p.what.id + "-" + std::to_string(i);
    if (!s.running->buckets()[workflows::bucket_of(p.what.session)]) break;
  }
  p.what.by = {workflows::role::system, "sis"};
  p.what.what = workflows::accept_invitation{.student = "s0"};
  p.what.received_at = *now_;
  probes_.push_back(std::move(p));
  register_command(probes_.back());
  return probes_.back();
}

void world::send_probe(std::size_t i, const planned &p,
                       const std::shared_ptr<int> &waiting) {
  auto &s = slots_[i];
  if (!s.running) return;
  hand_over(s, p.what, [this, i, &p, waiting](bool answered, bool) {
    if (answered)
      --*waiting;
    else
      at(*now_ + 1s, [this, i, &p, waiting] { send_probe(i, p, waiting); });
  });
}

void world::check_forwarding() {
  if (!shares_ || slots_.size() < 2) return;
  auto waiting = std::make_shared<int>(int(slots_.size()));
  for (std::size_t i = 0; i < slots_.size(); ++i)
    send_probe(i, next_probe(slots_[i]), waiting);
  const auto latest = *now_ + longest_answer;
  while (no_violations() && *waiting > 0) {
    if (*now_ > latest)
      return checker_.violation("forwarding: a command for another node is not "
                                "answered, though nothing goes wrong");
    settle();
    while (run_due()) {
    }
    settle();
    if (*waiting > 0) pass_time(*now_ + 250ms);
  }
}

}  // namespace recapd::simulation
