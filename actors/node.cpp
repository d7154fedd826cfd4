// SPDX-License-Identifier: Apache-2.0
#include "actors/node.hpp"

#include <algorithm>
#include <array>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/forwarder_actor.hpp"
#include "actors/limits_actor.hpp"
#include "actors/payout_actor.hpp"
#include "actors/reader_actor.hpp"
#include "actors/shard_actor.hpp"
#include "actors/timers_actor.hpp"

namespace recapd::actors {

namespace {

template <class Fun, class... Args>
auto spawn_blocking(caf::actor_system &system, blocking where, Fun fun,
                    const Args &...args) {
  return where == blocking::detached ? system.spawn<caf::detached>(fun, args...)
                                     : system.spawn(fun, args...);
}

}  // namespace

context_ptr spawn_node(caf::actor_system &system, const node_parts &parts) {
  auto node = std::make_shared<node_context>(parts.base);
  context_ptr shared = node;
  const auto &options = node->options;
  node->loads =
      std::make_shared<journal_loads>(options.journals, options.journal_busy);
  for (unsigned i = 0; i < options.journals; ++i)
    node->journals.push_back(spawn_blocking(system, parts.where, journal_actor,
                                            shared, std::size_t{i},
                                            parts.stores, parts.on_commit));
  auto reader = [&, number = std::size_t{0}]() mutable {
    return spawn_blocking(system, parts.where, reader_actor, shared, number++,
                          parts.stores);
  };
  for (unsigned i = 0; i < options.readers; ++i)
    node->readers.push_back(reader());
  node->lookup = reader();
  node->background = reader();
  for (unsigned i = 0; i < options.queries; ++i)
    node->queries.push_back(reader());
  node->limits = system.spawn(limits_directory, shared);
  node->payout = system.spawn(payout_actor);
  node->timers = system.spawn(timers_actor, shared);
  for (std::size_t i = 0; i < options.shards; ++i)
    node->shards.push_back(system.spawn(shard_actor, shared, i));
  node->forwarder = system.spawn(forwarder_actor, shared);
  if (parts.leases)
    node->lease_keeper = caf::actor_cast<caf::actor>(spawn_blocking(
        system, parts.where, lease_keeper, shared, *parts.leases));
  caf::anon_send(node->timers, start_timers{});
  return shared;
}

std::vector<caf::actor> actors_of(const node_context &node) {
  std::vector<caf::actor> all{caf::actor_cast<caf::actor>(node.timers)};
  auto add = [&](const auto &refs) {
    for (const auto &r : refs)
      all.push_back(caf::actor_cast<caf::actor>(r));
  };
  add(node.shards);
  all.push_back(caf::actor_cast<caf::actor>(node.limits));
  all.push_back(caf::actor_cast<caf::actor>(node.payout));
  all.push_back(caf::actor_cast<caf::actor>(node.forwarder));
  if (node.lease_keeper) all.push_back(node.lease_keeper);
  add(node.journals);
  add(node.readers);
  add(std::array{node.lookup, node.background});
  add(node.queries);
  return all;
}

bool node_answers(caf::actor_system &system, const node_context &node,
                  std::chrono::milliseconds bound) {
  using std::chrono::steady_clock;
  std::vector<caf::actor> asked{caf::actor_cast<caf::actor>(node.timers),
                                caf::actor_cast<caf::actor>(node.limits),
                                caf::actor_cast<caf::actor>(node.payout),
                                caf::actor_cast<caf::actor>(node.forwarder)};
  for (const auto &s : node.shards)
    asked.push_back(caf::actor_cast<caf::actor>(s));
  caf::scoped_actor self{system};
  const auto until = steady_clock::now() + bound;
  return std::ranges::all_of(asked, [&](const caf::actor &a) {
    const auto left = std::max<steady_clock::duration>(
        until - steady_clock::now(), std::chrono::milliseconds{1});
    bool answered = false;
    // CAF answers this for every actor. They are asked one after the other.
    self->request(a, left, caf::sys_atom::value, caf::get_atom::value,
                  std::string{"info"})
        .receive([&](caf::ok_atom, const std::string &,
                     const caf::strong_actor_ptr &,
                     const std::string &) { answered = true; },
                 [](const caf::error &) {});
    return answered;
  });
}

void end_node(caf::actor_system &system, const node_context &node) {
  caf::scoped_actor self{system};
  const auto all = actors_of(node);
  for (const auto &a : all)
    self->send_exit(a, caf::exit_reason::user_shutdown);
  for (const auto &a : all)
    self->wait_for(a);
}

}  // namespace recapd::actors
