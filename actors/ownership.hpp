// Ownership: which sessions this node serves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/leases.hpp"
#include "storage/store.hpp"
#include "workflows/ids.hpp"

namespace recapd::actors {

using other_node_ptr = std::shared_ptr<const storage::other_node>;

/// Returns the buckets of shards; `count` is how many shards there are.
[[nodiscard]] storage::bucket_set buckets_of(const std::vector<int> &shards,
                                             int count);

/// The buckets that a node has leased, and until when, and which other nodes it
/// knows. Thread safe. It says only where a session's work belongs: two nodes
/// that both believe in a lease do no harm (storage::store refuses).
class ownership {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Owns every bucket, for good: for a node that shares with no other.
  ownership() = default;
  /// Takes another steady clock than the machine's (simulation).
  explicit ownership(std::function<time_point()> now) : now_{std::move(now)} {}

  /// Returns the time by which leases are measured.
  [[nodiscard]] time_point now() const {
    return now_ ? now_() : std::chrono::steady_clock::now();
  }

  void set(const storage::bucket_set &buckets, time_point until) {
    const std::lock_guard lock{mutex_};
    buckets_ = buckets;
    until_ = until;
  }

  void set_others(const std::vector<storage::other_node> &others, int shards);
  /// Returns the other node of that name; null: none is known.
  [[nodiscard]] other_node_ptr other(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    const auto at = others_.find(name);
    return at == others_.end() ? nullptr : at->second;
  }
  /// Returns the other node that has leased the session's bucket, as far as
  /// this one knows; null: none.
  [[nodiscard]] other_node_ptr other_owner(std::string_view session) const {
    const std::lock_guard lock{mutex_};
    return owners_[workflows::bucket_of(session)];
  }

  /// Returns true if the session's bucket is assigned: leased, even if the
  /// lease may have run out since.
  [[nodiscard]] bool assigned(std::string_view session) const {
    const std::lock_guard lock{mutex_};
    return buckets_[workflows::bucket_of(session)];
  }
  /// Returns true if the session's bucket is leased at this moment. A process
  /// that was stopped for long learns here that others may serve it.
  [[nodiscard]] bool leased(std::string_view session) const {
    const std::lock_guard lock{mutex_};
    return buckets_[workflows::bucket_of(session)] && lasts();
  }
  /// Returns the buckets that are leased at this moment.
  [[nodiscard]] storage::bucket_set leased_buckets() const {
    const std::lock_guard lock{mutex_};
    return lasts() ? buckets_ : storage::bucket_set{};
  }
  /// Returns the buckets that are assigned.
  [[nodiscard]] storage::bucket_set assigned_buckets() const {
    const std::lock_guard lock{mutex_};
    return buckets_;
  }

private:
  [[nodiscard]] bool lasts() const {
    return until_ == time_point::max() || now() < until_;
  }

  std::function<time_point()> now_;
  mutable std::mutex mutex_;
  storage::bucket_set buckets_ = storage::all_buckets;
  std::map<std::string, other_node_ptr, std::less<>> others_;
  std::array<other_node_ptr, workflows::bucket_count> owners_;
  time_point until_ = time_point::max();
};

}  // namespace recapd::actors
