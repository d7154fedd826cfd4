// SPDX-License-Identifier: Apache-2.0
// How commands come from outside: from clients over HTTP, and by rows of the
// inbox.
#include <algorithm>

#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
/// How long a client waits before it asks again; each time twice as long.
constexpr microseconds patience = 30s;

microseconds pause_before_retry(random_source &d) {
  return microseconds{100'000 + std::int64_t(d.below(5'000'000))};
}
}  // namespace

world::slot *world::some_process() {
  std::vector<slot *> alive;
  for (auto &s : slots_)
    if (s.running && !s.leaving) alive.push_back(&s);
  return alive.empty() ? nullptr : alive[campus_.below(alive.size())];
}

std::vector<world::slot *> world::servers_of(const std::string &session) {
  const auto bucket = workflows::bucket_of(session);
  std::vector<slot *> all;
  for (auto &s : slots_)
    if (s.running && (!shares_ || (!s.paused && s.running->buckets()[bucket])))
      all.push_back(&s);
  return all;
}

void world::hand_over(slot &s, actors::submission what,
                      std::function<void(bool, bool)> then) {
  ++tally_.commands;
  checker_.sent(what);
  const auto node = std::size_t(s.running->number());
  const auto bucket = workflows::bucket_of(what.session);
  note("n" + std::to_string(s.running->number()) + " gets " + describe(what));
  auto heard = [this, what, then, line = s.running->connection()](
                   actors::answer<actors::outcome> a) {
    const bool answered = a.has_value() && !line->cut;
    note("   " + what.source + "/" + what.id
         + (!answered       ? " gets no outcome"
            : (*a).accepted ? " is accepted"
                            : " is refused"));
    if (answered) checker_.answered(what, *a);
    then(answered, answered && (*a).code
                       && *(*a).code == workflows::refusal_code::id_reused);
  };
  const bool forwarded = s.running->submit(
      std::move(what), actors::reply<actors::outcome>{std::move(heard)});
  if (!forwarded) lease_checker_->handed(node, bucket);
}

void world::open(const planned &p) {
  for (int i = 0; i < p.copies; ++i) {
    const microseconds later{i == 0 ? 0
                                    : std::int64_t(campus_.below(8'000'000))};
    ++unanswered_;
    if (p.via == ingress::inbox) {
      at(*now_ + later, [this, &p] { enter_inbox(p); });
      continue;
    }
    if (p.via == ingress::broker) {
      at(*now_ + later, [this, &p] { publish(p); });
      continue;
    }
    clients_.push_back({.of = &p});
    at(*now_ + later, [this, c = clients_.size() - 1] { send(c); });
  }
}

void world::send(std::size_t c) {
  if (clients_[c].answered) return;
  auto *s = some_process();
  const auto again = [this, c] { send(c); };
  if (s == nullptr) return at(*now_ + pause_before_retry(campus_), again);
  auto what = clients_[c].of->what;
  what.received_at = s->running->clock().now();
  const int tries = clients_[c].tries++;
  auto open = std::make_shared<bool>(true);
  at(*now_ + patience * (1 << std::min(tries, 16)), [open, again] {
    if (std::exchange(*open, false)) again();
  });
  hand_over(*s, std::move(what), [this, c, again, open](bool answered, bool) {
    const bool in_time = std::exchange(*open, false);
    if (!answered && in_time)
      return at(*now_ + pause_before_retry(campus_), again);
    if (!answered || std::exchange(clients_[c].answered, true)) return;
    --unanswered_;
  });
}

void world::enter_inbox(const planned &p) {
  store_->save_manual_clock(p.at);
  store_->insert_inbox(event_of(p.what));
  const auto row = store_->read_inbox(last_inbox_, 1).front();
  last_inbox_ = row.seq;
  inbox_[row.seq] = {.of = &p, .received_at = row.received_at};
  at(*now_ + p.lag, [this, seq = row.seq] { deliver(seq); });
}

void world::deliver(std::int64_t seq) {
  auto &item = inbox_.at(seq);
  if (item.gone) return;
  const auto rows = store_->read_inbox(seq - 1, 1);
  if (rows.empty() || rows.front().seq != seq) {
    item.gone = true;
    --unanswered_;
    return;
  }
  const int times =
      hazards_.redelivers && !calm_ && campus_.chance(150) ? 2 : 1;
  if (times > 1) ++tally_.faults["redelivered"];
  const auto servers = servers_of(item.of->what.session);
  for (int i = 0; i < times && !servers.empty(); ++i)
    hand_over_row(*servers[campus_.below(servers.size())], seq);
  if (servers.empty()) return look_again(seq);
  at(*now_ + patience, [this, seq, looks = item.looks] {
    if (inbox_.at(seq).looks == looks) look_again(seq);
  });
}

void world::hand_over_row(slot &s, std::int64_t seq) {
  const auto &item = inbox_.at(seq);
  auto what = item.of->what;
  what.received_at = item.received_at;
  what.inbox_seq = seq;
  hand_over(s, std::move(what), [this, seq](bool, bool id_reused) {
    if (id_reused && !inbox_.at(seq).gone) write_reused("inbox", *now_, seq);
    look_again(seq);
  });
}

void world::look_again(std::int64_t seq) {
  auto &item = inbox_.at(seq);
  if (item.gone) return;
  at(*now_ + pause_before_retry(campus_), [this, seq, looks = ++item.looks] {
    if (inbox_.at(seq).looks == looks) deliver(seq);
  });
}

}  // namespace recapd::simulation
