// Node context: what the actors of one node share.
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
#include "actors/relay.hpp"
#include "actors/telemetry.hpp"
#include "workflows/ids.hpp"

namespace recapd::actors {

/// What is filled before the first message is sent, and then only read.
struct node_context {
  engine_options options;
  std::shared_ptr<clock> time;
  std::shared_ptr<telemetry> reports;
  std::shared_ptr<policy_book> policies;
  std::shared_ptr<ownership> owned = std::make_shared<ownership>();
  std::shared_ptr<database_watch> database = std::make_shared<database_watch>();
  std::shared_ptr<clock_watch> clocks = {};  ///< none: clocks are not compared
  std::shared_ptr<readiness> conditions = {};  ///< none: nobody asks for them
  /// Returns the text that an ingress would decode to the command.
  std::function<std::string(const submission &)> as_event = {};
  /// What is done with a run when all of it is paid out, before it is noted as
  /// complete, perhaps again; it throws where it could not.
  std::function<void(const storage::run_row &, storage::store &)> run_made = {};
  relay_function relay = {};            ///< none: by the table `forwarded` only
  live_nodes_function live_nodes = {};  ///< there where `relay` is

  std::vector<shard_ref> shards = {};
  std::vector<journal_ref> journals = {};
  std::shared_ptr<journal_loads> loads = {};  ///< the commits with each journal
  // Each reader has its own connection, so no kind of work waits for another:
  std::vector<reader_ref> readers = {};  ///< sessions, counters, timers
  reader_ref lookup = {};                ///< outcomes of earlier commands
  reader_ref background = {};            ///< what ingress and feeds ask for
  std::vector<reader_ref> queries = {};  ///< what people ask for
  limits_directory_ref limits = {};
  payout_ref payout = {};
  timers_ref timers = {};
  forwarder_ref forwarder = {};
  caf::actor lease_keeper = {};  ///< none where no other node shares

  /// Returns the shard actor of the session's bucket.
  [[nodiscard]] const shard_ref &shard_of(std::string_view session) const {
    return shards[workflows::bucket_of(session) % shards.size()];
  }
  [[nodiscard]] const reader_ref &reader_of(std::string_view session) const {
    return readers[workflows::bucket_of(session) % readers.size()];
  }
};

using context_ptr = std::shared_ptr<const node_context>;

}  // namespace recapd::actors
