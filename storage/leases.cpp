// SPDX-License-Identifier: Apache-2.0
#include "storage/leases.hpp"

#include <algorithm>

#include "workflows/ids.hpp"

namespace recapd::storage {

namespace {

using namespace std::chrono_literals;

/// How long after its lease a silent node is forgotten.
constexpr auto remembered = 24h;

void join(lease_table &t, const heartbeat &h, instant now) {
  auto [at, fresh] = t.members.try_emplace(h.node);
  auto &m = at->second;
  if (!fresh && m.incarnation != h.incarnation && !h.joining)
    throw name_taken{"another process runs as node " + h.node
                     + ": give each node a name (node.name) or a data folder "
                       "of its own"};
  if (m.incarnation != h.incarnation)
    m = {.name = h.node,
         .incarnation = h.incarnation,
         .started_at = now,
         .expires_at = now,
         .draining = false,
         .partitions = 0};
  m.address = h.address;
  m.secret = h.secret;
  m.partitions = h.partitions;
  m.ahead = h.ahead;
  m.expires_at = now + h.expiry;
  m.draining = m.draining || h.leaving;
}

/// Returns how many shards the node should have: all live nodes that do not
/// leave share evenly, and the first by name take one more each.
int fair_share(const lease_table &t, std::string_view node, instant now) {
  int live = 0;
  int place = -1;
  for (const auto &[name, m] : t.members) {
    if (m.draining || m.expires_at <= now) continue;
    if (name == node) place = live;
    ++live;
  }
  if (place < 0) return 0;
  return t.shards / live + (place < t.shards % live ? 1 : 0);
}

bool free(const lease_table &t, int shard, instant now) {
  const auto at = t.holders.find(shard);
  if (at == t.holders.end()) return true;
  const auto m = t.members.find(at->second);
  return m == t.members.end() || m->second.expires_at <= now;
}

std::vector<int> leased_by(const lease_table &t, std::string_view node) {
  std::vector<int> leased;
  for (const auto &[shard, holder] : t.holders)
    if (holder == node) leased.push_back(shard);
  return leased;
}

std::vector<other_node> others_of(const lease_table &t, std::string_view node,
                                  instant now) {
  std::map<std::string_view, other_node> found;
  for (const auto &[name, m] : t.members)
    if (name != node && m.expires_at > now && !m.secret.empty())
      found.emplace(name, other_node{.name = name,
                                     .address = m.address,
                                     .secret = m.secret,
                                     .shards = {}});
  for (const auto &[shard, holder] : t.holders)
    if (const auto at = found.find(holder); at != found.end())
      at->second.shards.push_back(shard);
  std::vector<other_node> all;
  for (auto &[name, other] : found)
    all.push_back(std::move(other));
  return all;
}

}  // namespace

bool valid_shards(int shards) {
  return shards > 0 && shards <= static_cast<int>(workflows::bucket_count)
         && (shards & (shards - 1)) == 0;
}

heartbeat_answer beat(lease_table &t, const heartbeat &h, instant now) {
  join(t, h, now);
  std::erase_if(t.members, [&](const auto &m) {
    return m.second.expires_at + remembered < now;
  });
  for (const auto shard : h.released)
    if (const auto at = t.holders.find(shard);
        at != t.holders.end() && at->second == h.node)
      t.holders.erase(at);

  const auto share = static_cast<std::size_t>(fair_share(t, h.node, now));
  auto leased = leased_by(t, h.node);
  for (int s = 0; s < t.shards && leased.size() < share; ++s)
    if (free(t, s, now)) {
      t.holders[s] = h.node;
      leased.push_back(s);
    }
  std::sort(leased.begin(), leased.end());
  const auto keep = static_cast<std::ptrdiff_t>(std::min(share, leased.size()));
  return {.shards = t.shards,
          .leased = leased,
          .surplus = {leased.begin() + keep, leased.end()},
          .drain = t.members.find(h.node)->second.draining,
          .others = others_of(t, h.node, now),
          .now = now};
}

bool reshard(lease_table &t, int shards, instant now) {
  if (!valid_shards(shards)) return false;
  for (const auto &[name, m] : t.members)
    if (m.partitions > 0 && m.partitions < shards && m.expires_at > now)
      throw few_partitions{
          "node " + name + " reads " + std::to_string(m.partitions)
          + " partitions from NATS, and there cannot be more shards than that: "
            "raise ingress.nats_partitions of every node and the servers' "
            "mapping first"};
  std::map<int, std::string> dealt;
  for (int s = 0; s < shards; ++s)
    if (const auto at = t.holders.find(s % t.shards); at != t.holders.end())
      dealt.emplace(s, at->second);
  t.holders = std::move(dealt);
  t.shards = shards;
  return true;
}

void leave(lease_table &t, std::string_view node,
           std::string_view incarnation) {
  const auto at = t.members.find(node);
  if (at == t.members.end() || at->second.incarnation != incarnation) return;
  t.members.erase(at);
  std::erase_if(t.holders, [&](const auto &h) { return h.second == node; });
}

}  // namespace recapd::storage
