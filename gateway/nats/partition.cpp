// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/partition.hpp"

#include <utility>

namespace recapd::gateway::nats {

std::vector<bool> whole_partitions(const storage::bucket_set &ours,
                                   unsigned partitions) {
  std::vector<bool> whole(partitions, true);
  for (std::size_t b = 0; b < ours.size(); ++b)
    if (!ours[b]) whole[b % partitions] = false;
  return whole;
}

void partition::begin(std::string consumer) {
  consumer_ = std::move(consumer);
  halted_ = false;
  last_delivery_ = 0;
  asked_ = 0;
  taken_.clear();
  lines_.clear();
  delivered_.begin();
}

void partition::halt(time_point retry_at) {
  halted_ = true;
  retry_at_ = retry_at;
}

std::size_t partition::ask(std::size_t window, time_point now,
                           time_point until) {
  if (halted_ || (asked_ > 0 && now < asked_until_)) return 0;
  const auto room = window - std::min(window, taken_.size());
  // Many small requests would cost more than a moment's wait.
  if (room == 0 || room < window / 2) return 0;
  asked_ = room;
  asked_until_ = until;
  return room;
}

partition::arrival_kind partition::arrived(const delivery &d) {
  if (d.consumer_seq != last_delivery_ + 1) return arrival_kind::gap;
  last_delivery_ = d.consumer_seq;
  if (asked_ > 0) --asked_;
  delivered_.arrived(d.stream_seq);
  return taken_.insert(d.stream_seq).second ? arrival_kind::taken
                                            : arrival_kind::known;
}

item_ptr partition::line_up(const item_ptr &item) {
  auto &line = lines_[item->session];
  line.push_back(item);
  if (line.size() > 1) return nullptr;
  ++under_way_;
  return item;
}

item_ptr partition::finished(const item &item) {
  --under_way_;
  taken_.erase(item.stream_seq);
  if (!halted_) delivered_.done(item.stream_seq);
  const auto line = lines_.find(item.session);
  if (line == lines_.end()) return nullptr;
  line->second.pop_front();
  if (line->second.empty()) {
    lines_.erase(line);
    return nullptr;
  }
  if (halted_) return nullptr;
  ++under_way_;
  return line->second.front();
}

}  // namespace recapd::gateway::nats
