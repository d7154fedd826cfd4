// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/backlog.hpp"

#include <utility>

namespace recapd::gateway::nats {

void backlog::pass(const item_ptr &item, reply done) {
  waiting_.push_back({item, std::move(done)});
  submit_waiting();
}

void backlog::submit_waiting() {
  while (!waiting_.empty()) {
    auto &first = waiting_.front();
    if (!submit_(std::move(*first.item->command), first.done)) return;
    first.item->command.reset();
    waiting_.pop_front();
  }
}

void backlog::drop_if(const std::function<bool(const item &)> &suits) {
  std::erase_if(waiting_, [&](const entry &e) { return suits(*e.item); });
}

}  // namespace recapd::gateway::nats
