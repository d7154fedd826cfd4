// SPDX-License-Identifier: Apache-2.0
#include "actors/shard_actor.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/disbursement_actor.hpp"
#include "actors/runs_actor.hpp"
#include "actors/session_actor.hpp"

namespace recapd::actors {

namespace {

/// Spawns who serves what is stored under a key.
subject_ref spawn_subject(shard_ref::stateful_pointer<shard_state> self,
                          const context_ptr &node, const std::string &key,
                          std::uint64_t generation) {
  const shard_ref parent{self};
  if (workflows::disbursement_of(key))
    return self->spawn<caf::lazy_init>(disbursement_actor, node, parent, key,
                                       generation);
  if (workflows::runs_of(key))
    return self->spawn<caf::lazy_init>(runs_actor, node, parent, key,
                                       generation);
  return self->spawn<caf::lazy_init>(session_actor, node, parent, key,
                                     generation);
}

}  // namespace

shard_ref::behavior_type
shard_actor(shard_ref::stateful_pointer<shard_state> self, context_ptr node,
            std::size_t index) {
  const auto &options = node->options;
  const auto most = options.max_resident_sessions / options.shards + 1;
  const caf::timespan idle = options.session_idle;
  self->state.sessions.emplace(
      [=](const std::string &key, std::uint64_t generation) {
        return spawn_subject(self, node, key, generation);
      },
      most, idle);
  auto now = [=] { return self->clock().now(); };
  self->delayed_send(self, idle / 2, look_for_idle{});
  return {
      [=](take_work &m) {
        const std::string key = m.item->what.session;
        self->state.sessions->deliver(
            key, now(), [m](const subject_ref &s) { caf::anon_send(s, m); });
      },
      [=](take_due &m) {
        const std::string key = m.session;
        self->state.sessions->deliver(
            key, now(), [m](const subject_ref &s) { caf::anon_send(s, m); });
      },
      [=](const drain_buckets &m) {
        const auto theirs = [&](const std::string &session) {
          return m.buckets[workflows::bucket_of(session)];
        };
        if (m.at_once)
          self->state.sessions->kill_if(theirs);
        else
          self->state.sessions->passivate_if(
              theirs, [&](const std::string &session) {
                return m.until_done->at(workflows::bucket_of(session)
                                        % m.until_done->size());
              });
      },
      [=](const child_gone &m) { self->state.sessions->gone(m, now()); },
      [=](look_for_idle) {
        self->state.sessions->passivate_idle(now());
        node->reports->resident_sessions(index, self->state.sessions->size());
        self->delayed_send(self, idle / 2, look_for_idle{});
      }};
}

}  // namespace recapd::actors
