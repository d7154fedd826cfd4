// SPDX-License-Identifier: Apache-2.0
#include "ingress/nats_delivered.hpp"

#include <algorithm>
#include <utility>

namespace recapd::ingress {
namespace {
constexpr unsigned most_doublings = 5;
}

void nats_delivered::begin() {
  nats_delivered fresh;
  fresh.count_at_ = count_at_;
  fresh.begun_in_vain_ = begun_in_vain_;
  *this = std::move(fresh);
}

void nats_delivered::arrived(std::uint64_t seq) {
  moved_ = true;
  highest_ = std::max(highest_, seq);
  // It was on its way when we took it out.
  if (seq < gone_to_) return;
  const auto at = std::ranges::lower_bound(came_, seq);
  if (at == came_.end() || *at != seq) came_.insert(at, seq);
}

nats_delivered::request nats_delivered::next(time_point now, const times &t,
                                             std::optional<std::uint64_t> open,
                                             bool may_count) {
  if (!begun_) begun_ = quiet_since_ = now;
  if (std::exchange(moved_, false) || open) quiet_since_ = now;
  if (asked_.what != step::none) {
    if (now < asked_until_) return {};
    if (asked_.what != step::count) {
      asked_until_ = now + t.answer;
      return asked_;
    }
    not_counted();
  }
  // All that came below it is done.
  const auto end = open ? *open : came_.empty() ? gone_to_ : came_.back() + 1;
  const auto to = std::min(end, all_came_to_);
  if (!came_.empty() && came_.front() < to)
    return now < purge_at_ ? request{} : ask({step::purge, to}, now, t);
  return judge(now, t, end, may_count);
}

nats_delivered::standing nats_delivered::stand(time_point now,
                                               const times &t) const {
  if (!count_) return standing::unknown;
  const auto here = static_cast<std::uint64_t>(
      std::ranges::upper_bound(came_, count_->last_seq) - came_.begin());
  if (here == count_->messages) return standing::all;
  if (here > count_->messages) return standing::fewer;
  // They come in order. (The server counts after it looked at its last place,
  // so there may be one too many.)
  const bool still = now - std::max(quiet_since_, counted_at_) >= t.every;
  return highest_ > count_->last_seq || still ? standing::stalled
                                              : standing::coming;
}

nats_delivered::request nats_delivered::judge(time_point now, const times &t,
                                              std::uint64_t end,
                                              bool may_count) {
  const auto patience =
      t.patience * (1U << std::min(begun_in_vain_, most_doublings));
  const auto standing_now = stand(now, t);
  switch (standing_now) {
  case standing::all:
    short_since_.reset();
    begun_in_vain_ = 0;
    if (count_->messages > 0)
      return came_.front() < end ? ask({step::remove, came_.front()}, now, t)
                                 : request{};
    all_came_to_ = std::max(all_came_to_, count_->last_seq + 1);
    count_.reset();
    break;
  case standing::fewer:
    // Somebody took out what came here.
    if (now - *begun_ >= patience) return anew();
    count_.reset();
    break;
  case standing::stalled:
    if (!short_since_) short_since_ = now;
    if (now - *short_since_ >= patience) return anew();
    break;
  case standing::coming:
    // Had they been counted too early, they would have come by now.
    if (now - counted_at_ >= 2 * t.every) short_since_.reset();
    return {};
  case standing::unknown:
    break;
  }
  const bool due = wanted_ || standing_now == standing::stalled
                   || standing_now == standing::fewer
                   || (!came_.empty() && came_.back() >= all_came_to_);
  if (!due || !may_count || now < count_at_) return {};
  return ask({step::count, 0}, now, t);
}

nats_delivered::request nats_delivered::ask(request r, time_point now,
                                            const times &t) {
  asked_ = r;
  asked_until_ = now + t.answer;
  if (r.what == step::count) {
    wanted_ = false;
    count_at_ = now + t.every;
  }
  if (r.what == step::purge) {
    purge_at_ = now + t.every;
    count_.reset();
  }
  return r;
}

nats_delivered::request nats_delivered::anew() {
  ++begun_in_vain_;
  return {step::anew, 0};
}

void nats_delivered::counted(const stream_count &c, time_point now) {
  if (asked_.what != step::count) return;
  asked_ = {};
  count_ = c;
  counted_at_ = now;
}

void nats_delivered::not_counted() {
  if (asked_.what != step::count) return;
  asked_ = {};
  wanted_ = true;
}

void nats_delivered::removed(std::uint64_t seq, bool was_there) {
  if (asked_.what != step::remove || asked_.seq != seq) return;
  asked_ = {};
  if (was_there)
    all_came_to_ = std::max(all_came_to_, count_->last_seq + 1);
  else
    // It was another's purge, or the answer to ours got lost.
    wanted_ = true;
  count_.reset();
  forget_below(seq + 1);
}

void nats_delivered::purged(std::uint64_t seq) {
  if (asked_.what != step::purge || asked_.seq != seq) return;
  asked_ = {};
  forget_below(seq);
}

void nats_delivered::forget_below(std::uint64_t seq) {
  gone_to_ = std::max(gone_to_, seq);
  came_.erase(came_.begin(), std::ranges::lower_bound(came_, gone_to_));
}

}  // namespace recapd::ingress
