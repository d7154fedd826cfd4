// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/deliveries.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace recapd::gateway::nats {
namespace {

/// How many consumers are begun before the patience doubles: another consumer
/// may be on another server, so the first few are begun soon.
constexpr unsigned soon = 4;
constexpr unsigned most_doublings = 5;
/// How many messages of a partition are taken out at the same time.
constexpr std::size_t most_removals = 32;

}  // namespace

void deliveries::begin() {
  deliveries fresh;
  fresh.count_at_ = count_at_;
  fresh.begun_in_vain_ = begun_in_vain_;
  *this = std::move(fresh);
}

void deliveries::arrived(std::uint64_t seq) {
  moved_ = true;
  highest_ = std::max(highest_, seq);
  came_.insert(seq);
}

void deliveries::done(std::uint64_t seq) {
  // A message that came twice may have been asked for already.
  if (!removing_.contains(seq)) ready_.push_back(seq);
}

deliveries::step deliveries::next(time_point now, const times &t, bool busy,
                                  bool may_count) {
  if (std::exchange(moved_, false) || busy) quiet_since_ = now;
  if (counting_) {
    if (now < counting_until_) return step::none;
    not_counted();
  }
  if (assess(now, t) == step::anew) {
    ++begun_in_vain_;
    return step::anew;
  }
  const bool stalled = stand(now, t) == standing::stalled;
  due_ = (wanted_ || stalled) && may_count && now >= count_at_;
  if (!due_ || !removing_.empty()) return step::none;
  due_ = wanted_ = false;
  counting_ = true;
  counting_until_ = now + t.answer;
  count_at_ = now + t.every;
  return step::count;
}

deliveries::standing deliveries::stand(time_point now, const times &t) const {
  if (!count_) return standing::unknown;
  const auto here =
      std::distance(came_.begin(), came_.upper_bound(count_->last_seq));
  if (static_cast<std::uint64_t>(here) >= count_->messages)
    return standing::all;
  // Messages come in order: none from below one that came is still on its way.
  // (The server counts after it looked at its last place, so there may be one
  // too many.)
  const bool still = now - std::max(quiet_since_, counted_at_) >= t.every;
  return highest_ > count_->last_seq || still ? standing::stalled
                                              : standing::coming;
}

deliveries::step deliveries::assess(time_point now, const times &t) {
  const auto patience =
      t.patience * (1U << std::min(begun_in_vain_ / soon, most_doublings));
  switch (stand(now, t)) {
  case standing::unknown:
    break;
  case standing::all:
    short_since_.reset();
    begun_in_vain_ = 0;
    count_.reset();
    break;
  case standing::stalled:
    if (!short_since_) short_since_ = now;
    if (now - *short_since_ >= patience) return step::anew;
    break;
  case standing::coming:
    // Had messages been counted too early, they would have come by now.
    if (now - counted_at_ >= 2 * t.every) short_since_.reset();
    break;
  }
  return step::none;
}

void deliveries::counted(const stream_count &c, time_point now) {
  if (!std::exchange(counting_, false)) return;
  count_ = c;
  counted_at_ = now;
}

void deliveries::not_counted() {
  if (std::exchange(counting_, false)) wanted_ = true;
}

std::vector<std::uint64_t> deliveries::to_remove(time_point now,
                                                 const times &t) {
  std::vector<std::uint64_t> all;
  for (auto &[seq, until] : removing_) {
    if (now < until) continue;
    until = now + t.answer;
    all.push_back(seq);
  }
  while (!due_ && !counting_ && !ready_.empty()
         && removing_.size() < most_removals) {
    const auto seq = ready_.front();
    ready_.pop_front();
    if (removing_.try_emplace(seq, now + t.answer).second) all.push_back(seq);
  }
  return all;
}

void deliveries::removed(std::uint64_t seq, bool was_there) {
  if (removing_.erase(seq) == 0) return;
  if (came_.erase(seq) != 0 && was_there && count_ && seq <= count_->last_seq)
    --count_->messages;
}

}  // namespace recapd::gateway::nats
