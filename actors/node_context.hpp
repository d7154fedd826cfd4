// What the actors of one node share: each other, the clock, the policies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/clock.hpp"
#include "actors/clock_watch.hpp"
#include "actors/database_watch.hpp"
#include "actors/messages.hpp"
#include "actors/options.hpp"
#include "actors/ownership.hpp"
#include "actors/policy_book.hpp"
#include "actors/readiness.hpp"
#include "actors/telemetry.hpp"
#include "workflows/ids.hpp"

namespace recapd::actors {

/// Filled once, before the first message is sent; then read by every actor.
struct node_context {
  engine_options options;
  std::shared_ptr<clock> time;
  std::shared_ptr<telemetry> reports;
  std::shared_ptr<policy_book> policies;
  std::shared_ptr<ownership> owned = std::make_shared<ownership>();
  std::shared_ptr<database_watch> database = std::make_shared<database_watch>();
  std::shared_ptr<clock_watch> clocks = {};    ///< none: nobody compares
  std::shared_ptr<readiness> conditions = {};  ///< none: nobody asks
  /// The text an ingress would decode to this command.
  std::function<std::string(const submission &)> as_event = {};

  std::vector<shard_ref> shards;
  std::vector<journal_ref> journals;
  std::shared_ptr<journal_loads> loads = {};  ///< of the journals
  // Readers, each with a connection of its own, so that none waits for another
  // kind of work:
  std::vector<reader_ref> readers;       ///< sessions, counters, timers
  reader_ref lookup = {};                ///< outcomes of earlier commands
  reader_ref background = {};            ///< what ingress and feeds ask for
  std::vector<reader_ref> queries = {};  ///< what people ask for
  limits_directory_ref limits;
  payout_ref payout;
  timers_ref timers;
  forwarder_ref forwarder = {};
  caf::actor lease_keeper = {};  ///< none on a node that shares with nobody

  /// Whoever serves a session: by its bucket.
  [[nodiscard]] const shard_ref &shard_of(std::string_view session) const {
    return shards[workflows::bucket_of(session) % shards.size()];
  }
  [[nodiscard]] const reader_ref &reader_of(std::string_view session) const {
    return readers[workflows::bucket_of(session) % readers.size()];
  }
};

using context_ptr = std::shared_ptr<const node_context>;

}  // namespace recapd::actors
