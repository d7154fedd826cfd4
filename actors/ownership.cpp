// SPDX-License-Identifier: Apache-2.0
#include "actors/ownership.hpp"

namespace recapd::actors {

storage::bucket_set buckets_of(const std::vector<int> &shards, int count) {
  storage::bucket_set buckets;
  for (const auto shard : shards)
    for (auto b = static_cast<std::size_t>(shard); b < buckets.size();
         b += static_cast<std::size_t>(count))
      buckets.set(b);
  return buckets;
}

void ownership::set_others(const std::vector<storage::other_node> &others,
                           int shards) {
  decltype(others_) by_name;
  decltype(owners_) owners;
  for (const auto &other : others) {
    const auto shared = std::make_shared<const storage::other_node>(other);
    by_name.emplace(other.name, shared);
    const auto theirs = buckets_of(other.shards, shards);
    for (std::size_t bucket = 0; bucket < owners.size(); ++bucket)
      if (theirs[bucket]) owners[bucket] = shared;
  }
  const std::lock_guard lock{mutex_};
  others_.swap(by_name);
  owners_.swap(owners);
}

}  // namespace recapd::actors
