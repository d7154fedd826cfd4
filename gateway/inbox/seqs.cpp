// SPDX-License-Identifier: Apache-2.0
#include "gateway/inbox/seqs.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace recapd::gateway::inbox {

std::vector<storage::seq_range> seqs::unseen(const storage::bucket_set &ours,
                                             time_point now) {
  if (std::exchange(ours_, ours) != ours) start_over();
  std::erase_if(holes_,
                [&](const auto &h) { return now - h.second.since > patience; });
  std::vector<storage::seq_range> ranges;
  for (const auto &[low, h] : holes_) {
    if (low >= next_) break;
    ranges.push_back({low, std::min(h.high, next_ - 1)});
  }
  ranges.push_back({.low = next_});
  return ranges;
}

void seqs::saw(std::int64_t seq, time_point now) {
  if (seq > top_) {
    if (seq > top_ + 1)
      holes_.emplace(top_ + 1, hole{.high = seq - 1, .since = now});
    top_ = seq;
    if (holes_.size() > most_holes) merge();
  } else {
    fill(seq);
  }
  // Nothing is above the greatest possible seq, so that one is asked for again.
  next_ = std::max(next_, seq == last_seq ? seq : seq + 1);
}

void seqs::fill(std::int64_t seq) {
  const auto after = holes_.upper_bound(seq);
  if (after == holes_.begin()) return;
  const auto at = std::prev(after);
  const auto [high, since] = at->second;
  if (high < seq) return;
  if (seq < high) holes_.emplace_hint(after, seq + 1, hole{high, since});
  if (at->first == seq)
    holes_.erase(at);
  else
    at->second.high = seq - 1;
}

void seqs::merge() {
  for (auto at = holes_.begin(); at != holes_.end(); ++at) {
    const auto next = std::next(at);
    if (next == holes_.end()) return;
    at->second = {next->second.high,
                  std::max(at->second.since, next->second.since)};
    holes_.erase(next);
  }
}

}  // namespace recapd::gateway::inbox
