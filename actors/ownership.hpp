// Which sessions this node serves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>

#include "storage/store.hpp"
#include "workflows/ids.hpp"

namespace recapd::actors {

/// The buckets a node has leased, and until when. Thread safe. Says only where
/// a session's work belongs: two nodes that both believe in a lease do no harm
/// (storage::store refuses).
class ownership {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Everything, for good: a node that shares with nobody.
  ownership() = default;
  /// By another steady clock than the machine's (simulation).
  explicit ownership(std::function<time_point()> now) : now_{std::move(now)} {}

  /// What leases are measured by.
  [[nodiscard]] time_point now() const {
    return now_ ? now_() : std::chrono::steady_clock::now();
  }

  void set(const storage::bucket_set &buckets, time_point until) {
    const std::lock_guard guard{lock_};
    buckets_ = buckets;
    until_ = until;
  }

  /// Leased, even if the lease may have run out since.
  [[nodiscard]] bool assigned(std::string_view session) const {
    const std::lock_guard guard{lock_};
    return buckets_[workflows::bucket_of(session)];
  }
  /// Leased at this moment. A process that was stopped for long learns here
  /// that others may have taken over.
  [[nodiscard]] bool leased(std::string_view session) const {
    const std::lock_guard guard{lock_};
    return buckets_[workflows::bucket_of(session)] && lasts();
  }
  /// All that are leased at this moment.
  [[nodiscard]] storage::bucket_set leased_buckets() const {
    const std::lock_guard guard{lock_};
    return lasts() ? buckets_ : storage::bucket_set{};
  }
  /// All that are assigned.
  [[nodiscard]] storage::bucket_set assigned_buckets() const {
    const std::lock_guard guard{lock_};
    return buckets_;
  }

private:
  [[nodiscard]] bool lasts() const {
    return until_ == time_point::max() || now() < until_;
  }

  std::function<time_point()> now_;
  mutable std::mutex lock_;
  storage::bucket_set buckets_ = storage::all_buckets;
  time_point until_ = time_point::max();
};

}  // namespace recapd::actors
