// Commands that came of NATS and wait here while the engine is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "gateway/nats/partition.hpp"

namespace recapd::gateway::nats {

/// Submits commands in order, and has those wait for which the engine has no
/// room: that it is full is no fault, so nothing that came is given back.
/// Meanwhile nothing more is asked for. Not thread safe.
class backlog {
public:
  using reply = actors::reply<actors::outcome>;
  /// As engine::submit.
  using submit_function =
      std::function<bool(actors::submission &&, const reply &)>;

  explicit backlog(submit_function submit) : submit_{std::move(submit)} {}

  /// Submits the item's command, after those that wait.
  void pass(const item_ptr &item, reply done);
  /// Submits what waits, as far as there is room.
  void submit_waiting();
  /// Takes out what suits, and answers it `unavailable`.
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
