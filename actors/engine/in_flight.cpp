// SPDX-License-Identifier: Apache-2.0
#include "actors/engine/in_flight.hpp"

namespace recapd::actors {

using std::chrono::steady_clock;

in_flight::in_flight(std::size_t most, std::chrono::milliseconds bound,
                     std::shared_ptr<const readiness> conditions,
                     std::shared_ptr<telemetry> reports)
    : most_{most}, bound_{bound},
      conditions_{std::move(conditions)}, reports_{std::move(reports)} {}

in_flight::~in_flight() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  ends_.notify_all();
  watcher_.join();
}

bool in_flight::take(const std::shared_ptr<work> &item, sender of) {
  const auto before = taken_.fetch_add(1);
  reports_->in_flight(before + 1);
  // It is counted first: who has closed the node waits for what was counted.
  if (before >= most_ || conditions_->closed()) {
    left();
    return false;
  }
  const std::lock_guard lock{mutex_};
  const auto number = next_++;
  line_.emplace(number, waiting{std::move(of), item, steady_clock::now()});
  item->done = reply<outcome>{[this, number](answer<outcome> a) {
    std::unique_lock held{mutex_};
    auto one = line_.extract(number);
    held.unlock();
    if (one) one.mapped().of(std::move(a));
    left();
  }};
  return true;
}

void in_flight::left() {
  const auto left = taken_.fetch_sub(1) - 1;
  reports_->in_flight(left);
  if (left > 0) return;
  const std::lock_guard lock{mutex_};
  none_.notify_all();
}

bool in_flight::wait_done(std::chrono::milliseconds bound) {
  std::unique_lock lock{mutex_};
  return none_.wait_for(lock, bound, [this] { return taken_ == 0; });
}

void in_flight::watch() {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    ends_.wait_for(lock, bound_ / 20, [this] { return ending_; });
    while (!line_.empty()
           && steady_clock::now() - line_.begin()->second.since >= bound_) {
      const auto one = line_.extract(line_.begin());
      lock.unlock();
      if (const auto item = one.mapped().item.lock()) item->given_up = true;
      one.mapped().of(storage::fault::outcome_unknown);
      lock.lock();
    }
  }
}

}  // namespace recapd::actors
