// SPDX-License-Identifier: Apache-2.0
// How commands go from node to node without the database, and get lost.
#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using storage::fault;

namespace {
/// After this time a node gives up an answer; the real one after as long as a
/// statement may take.
constexpr auto relay_patience = 5s;
constexpr auto until_resumed = 1s;
}  // namespace

world::microseconds world::travel() {
  return microseconds{1 + campus_.below(50'000)};
}

bool world::loses_relayed() {
  const bool lost = !calm_ && faults_.chance(hazards_.relays_lost);
  if (lost) ++tally_.faults["relay_lost"];
  return lost;
}

bool world::relay(std::size_t from, const storage::other_node &to,
                  const actors::submission &what,
                  const actors::reply<actors::outcome> &done) {
  // A process that ends sends nothing any more; one that runs may not yet know
  // that the other is in reach.
  if (!slots_[from].running || (!calm_ && faults_.chance(100))) return false;
  const relayed r{.from = from,
                  .starts = slots_[from].starts,
                  .number = ++relays_,
                  .to = to,
                  .what = what};
  slots_[from].relays.emplace(r.number, done);
  ++tally_.met["relayed"];
  note("n" + std::to_string(from) + " relays " + what.source + "/" + what.id
       + " to " + to.address);
  at(*now_ + relay_patience,
     [this, r] { answer_relayed(r, fault::outcome_unknown); });
  if (!loses_relayed()) at(*now_ + travel(), [this, r] { deliver_relayed(r); });
  return true;
}

void world::deliver_relayed(const relayed &r) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto &s = slots_[i];
    if (!s.running || s.name != r.to.address
        || std::to_string(s.starts) != r.to.secret)
      continue;
    if (s.paused)
      return at(*now_ + until_resumed, [this, r] { deliver_relayed(r); });
    auto what = r.what;
    what.relayed = true;
    note("n" + std::to_string(i) + " is relayed " + what.source + "/"
         + what.id);
    const bool forwarded = s.running->submit(
        std::move(what), actors::reply<actors::outcome>{
                             [this, r, line = s.running->connection()](auto a) {
                               if (line->cut || loses_relayed()) return;
                               at(*now_ + travel(),
                                  [this, r, a] { answer_relayed(r, a); });
                             }});
    if (!forwarded)
      lease_checker_->handed(i, workflows::bucket_of(r.what.session));
    return;
  }
  answer_relayed(r, fault::outcome_unknown);
}

void world::answer_relayed(const relayed &r,
                           const actors::answer<actors::outcome> &a) {
  auto &s = slots_[r.from];
  if (s.starts != r.starts || !s.running) return;
  const auto open = s.relays.find(r.number);
  if (open == s.relays.end()) return;
  if (s.paused)
    return at(*now_ + until_resumed, [this, r, a] { answer_relayed(r, a); });
  const auto done = std::move(open->second);
  s.relays.erase(open);
  done(a);
}

}  // namespace recapd::simulation
