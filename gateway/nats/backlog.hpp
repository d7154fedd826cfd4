// Commands that came by NATS and wait while the engine is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "gateway/nats/partition.hpp"

namespace recapd::gateway::nats {

/// Submits commands in order, and has those wait for which the engine has no
/// room: that it is full is no fault, so nothing that came is given back.
/// Meanwhile the node asks for nothing more. Not thread safe.
class backlog {
public:
  using reply = actors::reply<actors::outcome>;
  /// Submits a command as engine::submit does.
  using submit_function =
      std::function<bool(actors::submission &&, const reply &)>;

  explicit backlog(submit_function submit) : submit_{std::move(submit)} {}

  /// Submits the item's command, after those that wait.
  void pass(const item_ptr &item, reply done);
  /// Submits what waits, as far as there is room.
  void submit_waiting();
  /// Takes out the items that suit, and answers them `unavailable`.
  void drop_if(const std::function<bool(const item &)> &suits);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

private:
  struct entry {
    item_ptr item;
    reply done;
  };
  submit_function submit_;
  std::deque<entry> waiting_;
};

}  // namespace recapd::gateway::nats
