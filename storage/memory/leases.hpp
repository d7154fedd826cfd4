// The leases in memory, for several nodes of one process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "storage/leases.hpp"

namespace recapd::storage::memory {

struct shared_leases {
  std::mutex lock;
  lease_table table;
  /// Returns the newest version of the policy; none: it is not told.
  std::function<int()> newest_policy = {};
};

class leases final : public lease_store {
public:
  leases(std::shared_ptr<shared_leases> shared, std::function<instant()> now)
      : shared_{std::move(shared)}, now_{std::move(now)} {}
  heartbeat_answer beat(const heartbeat &h) override {
    const std::lock_guard lock{shared_->lock};
    auto told = storage::beat(shared_->table, h, now_());
    if (shared_->newest_policy) told.newest_policy = shared_->newest_policy();
    return told;
  }
  void leave(std::string_view node, std::string_view incarnation) override {
    const std::lock_guard lock{shared_->lock};
    storage::leave(shared_->table, node, incarnation);
  }
  std::pair<lease_table, instant> look() override {
    const std::lock_guard lock{shared_->lock};
    return {shared_->table, now_()};
  }
  std::map<std::string, node_lag> lag() override { return {}; }
  bool ask_to_drain(std::string_view node) override {
    const std::lock_guard lock{shared_->lock};
    const auto at = shared_->table.members.find(node);
    if (at == shared_->table.members.end()) return false;
    at->second.draining = true;
    return true;
  }
  bool set_shards(int shards) override {
    const std::lock_guard lock{shared_->lock};
    return storage::reshard(shared_->table, shards, now_());
  }

private:
  std::shared_ptr<shared_leases> shared_;
  std::function<instant()> now_;
};

}  // namespace recapd::storage::memory
