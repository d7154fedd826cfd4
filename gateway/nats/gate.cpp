// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/gate.hpp"

#include <utility>

namespace recapd::ingress {

void nats_gate::pass(const nats_item_ptr &item, reply done) {
  waiting_.push_back({item, std::move(done)});
  submit_waiting();
}

void nats_gate::submit_waiting() {
  while (!waiting_.empty()) {
    auto &first = waiting_.front();
    if (!submit_(std::move(*first.item->command), first.done)) return;
    first.item->command.reset();
    waiting_.pop_front();
  }
}

void nats_gate::drop_if(const std::function<bool(const nats_item &)> &suits) {
  std::erase_if(waiting_, [&](const entry &e) { return suits(*e.item); });
}

}  // namespace recapd::ingress
