// The forwarder: takes commands of sessions that another node serves.
//
// It relays each to that node. What cannot be relayed, or gets no answer, it
// puts into the table `forwarded`, where that node finds it, and looks for the
// outcome until it is there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_clock.hpp>
#include <memory>
#include <vector>

#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class forwarder_state {
public:
  static inline const char *name = "forwarder";
  using time_point = caf::actor_clock::time_point;
  forwarder_state() = default;

  void begin(forwarder_ref self, context_ptr node);
  void take(take_work &m);
  void take_back(std::shared_ptr<work> item);
  void send_on();
  /// Takes what was found. Returns true if commands wait now and none did
  /// before.
  [[nodiscard]] bool looked_up(outcomes_looked_up &m, time_point now);
  /// Looks for outcomes; returns the pause until the next look, zero for none.
  [[nodiscard]] caf::timespan look(time_point now);

private:
  struct waiting {
    std::shared_ptr<work> item;
    time_point since;
  };
  [[nodiscard]] bool relay(const std::shared_ptr<work> &item);
  void look_up(const std::vector<std::shared_ptr<work>> &items, bool first);

  forwarder_ref self_;
  context_ptr node_;
  std::vector<std::shared_ptr<work>> fresh_;
  bool flushing_ = false;
  bool looking_ = false;
  std::vector<waiting> waiting_;
};

forwarder_ref::behavior_type
forwarder_actor(forwarder_ref::stateful_pointer<forwarder_state> self,
                context_ptr node);

}  // namespace recapd::actors
