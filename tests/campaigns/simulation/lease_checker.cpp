// SPDX-License-Identifier: Apache-2.0
#include "lease_checker.hpp"

#include "actors/lease_keeper.hpp"

namespace recapd::simulation {

void lease_checker::violation(std::size_t node, unsigned bucket,
                              const std::string &what) {
  violations_.push_back("leases: n" + std::to_string(node) + " " + what
                        + " bucket " + std::to_string(bucket));
}

void lease_checker::begins(std::size_t node) {
  nodes_[node] = {};
  nodes_[node].process = ++processes_;
}

void lease_checker::ends(std::size_t node) {
  nodes_[node] = {};
}

void lease_checker::told(std::size_t node,
                         const storage::heartbeat_answer &answer,
                         time_point now, time_point until) {
  auto &n = nodes_[node];
  const auto held = actors::buckets_of(answer.leased, answer.shards);
  if ((n.served & ~held).any()) ++seen_["lease_lost"];
  n.lost = (n.lost | (n.held & ~held)) & ~held;
  n.rested &= n.lost;
  for (unsigned b = 0; b < held.size(); ++b) {
    if (!held[b]) continue;
    if (std::exchange(holder_[b], n.process) != n.process) ++epoch_[b];
    n.epoch[b] = epoch_[b];
  }
  n.held = held;
  n.handed |= held;
  n.served = held & ~actors::buckets_of(answer.surplus, answer.shards);
  n.until = until;
  n.resharded = false;
  compare(node, now);
}

void lease_checker::compare(std::size_t node, time_point now) {
  const auto &n = nodes_[node];
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto &other = nodes_[i];
    if (i == node || other.process == 0 || other.resharded
        || other.until <= now)
      continue;
    const auto both = n.held & other.served;
    if (both.any())
      violation(node, unsigned(both._Find_first()),
                "is told to hold, while n" + std::to_string(i) + " holds");
  }
}

void lease_checker::resharded() {
  for (auto &n : nodes_)
    n.resharded = true;
}

void lease_checker::handed(std::size_t node, unsigned bucket) {
  auto &n = nodes_[node];
  n.handed.set(bucket);
  n.rested.reset(bucket);
}

void lease_checker::at_rest(std::size_t node) {
  nodes_[node].rested = nodes_[node].lost;
}

bool lease_checker::stale(std::size_t node, unsigned bucket) const {
  return nodes_[node].epoch[bucket] != epoch_[bucket];
}

void lease_checker::committed(std::size_t node, unsigned bucket) {
  const auto &n = nodes_[node];
  if (!n.handed[bucket])
    violation(node, bucket, "commits without ever having held");
  if (n.rested[bucket])
    violation(node, bucket, "commits, though it knows that it lost");
  const auto epoch = n.epoch[bucket];
  if (stale(node, bucket)) ++seen_["stale_written"];
  if (epoch == 0) return;  // a partition's message is done wherever it came
  const auto [writer, fresh] = writers_.try_emplace({bucket, epoch}, n.process);
  if (!fresh && writer->second != n.process)
    violation(node, bucket, "commits under another's lease of");
}

void lease_checker::refused(std::size_t node, unsigned bucket) {
  if (stale(node, bucket)) ++seen_["stale_refused"];
}

}  // namespace recapd::simulation
