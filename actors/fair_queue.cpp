// SPDX-License-Identifier: Apache-2.0
#include "actors/fair_queue.hpp"

#include <algorithm>
#include <utility>

namespace recapd::actors {

namespace {

/// The number of callers from which on those at rest are forgotten.
constexpr std::size_t most_callers = 1024;

}  // namespace

bool fair_queue::at_rest(const account &a) const {
  return a.waiting.empty() && a.running == 0 && a.unread_bytes == 0;
}

/// Forgets callers at rest. Those who were served no more than the level lose
/// nothing by it; where there are far too many the others go as well.
void fair_queue::forget() {
  if (callers_.size() < most_callers) return;
  std::erase_if(callers_, [this](const auto &c) {
    return at_rest(c.second) && c.second.served <= level_;
  });
  if (callers_.size() < 4 * most_callers) return;
  std::erase_if(callers_, [this](const auto &c) { return at_rest(c.second); });
}

admission fair_queue::add(const std::string &caller, task what) {
  if (waiting_ >= bounds_.waiting) return admission::full;
  forget();
  auto &a = callers_[caller];
  if (a.waiting.size() >= bounds_.waiting_each) return admission::caller_full;
  if (a.waiting.empty() && a.running == 0)
    a.served = std::max(a.served, level_);
  a.waiting.push_back(std::move(what));
  ++waiting_;
  return admission::taken;
}

std::optional<fair_queue::item> fair_queue::next() {
  if (running_ >= bounds_.running || unread_bytes_ >= bounds_.unread_bytes)
    return std::nullopt;
  auto first = callers_.end();
  for (auto at = callers_.begin(); at != callers_.end(); ++at) {
    const auto &a = at->second;
    if (!a.waiting.empty() && a.running < bounds_.running_each
        && a.unread_bytes < bounds_.unread_bytes_each
        && (first == callers_.end() || a.served < first->second.served))
      first = at;
  }
  if (first == callers_.end()) return std::nullopt;
  auto &a = first->second;
  item out{first->first, std::move(a.waiting.front())};
  a.waiting.pop_front();
  --waiting_;
  ++a.running;
  ++running_;
  level_ = std::max(level_, a.served);
  return out;
}

std::vector<fair_queue::task> fair_queue::drop_waiting() {
  std::vector<task> dropped;
  for (auto &[caller, a] : callers_)
    for (; !a.waiting.empty(); a.waiting.pop_front())
      dropped.push_back(std::move(a.waiting.front()));
  waiting_ = 0;
  return dropped;
}

void fair_queue::ended(const std::string &caller, duration took) {
  auto &a = callers_[caller];
  --a.running;
  --running_;
  a.served += took;
}

void fair_queue::reserve_bytes(const std::string &caller, std::size_t bytes) {
  callers_[caller].unread_bytes += bytes;
  unread_bytes_ += bytes;
}

void fair_queue::release_bytes(const std::string &caller, std::size_t bytes) {
  callers_[caller].unread_bytes -= bytes;
  unread_bytes_ -= bytes;
}

}  // namespace recapd::actors
