// Commands between NATS and the engine: while that is full they wait here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "gateway/nats/partition.hpp"

namespace recapd::gateway::nats {

/// That the engine is full is no fault: nothing that came is given back, it
/// only has to wait, and nothing more is asked for meanwhile. Not thread safe.
class gate {
public:
  using reply = actors::reply<actors::outcome>;
  /// As engine::submit.
  using submit_function =
      std::function<bool(actors::submission &&, const reply &)>;

  explicit gate(submit_function submit) : submit_{std::move(submit)} {}

  /// Submits the item's command, after those that wait.
  void pass(const item_ptr &item, reply done);
  /// Submits what waits, as far as there is room.
  void submit_waiting();
  /// What suits waits no more, and is answered `unavailable`.
  void drop_if(const std::function<bool(const item &)> &suits);
  [[nodiscard]] bool free() const { return waiting_.empty(); }

private:
  struct entry {
    item_ptr item;
    reply done;
  };
  submit_function submit_;
  std::deque<entry> waiting_;
};

}  // namespace recapd::gateway::nats
