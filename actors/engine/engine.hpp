// The engine: one node's actors behind a thread-safe front.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/clock.hpp"
#include "actors/clock_watch.hpp"
#include "actors/database_watch.hpp"
#include "actors/fair_queue.hpp"
#include "actors/options.hpp"
#include "actors/readiness.hpp"
#include "actors/reply.hpp"
#include "actors/submission.hpp"
#include "actors/telemetry.hpp"
#include "storage/epochs.hpp"
#include "storage/leases.hpp"
#include "storage/store.hpp"
#include "workflows/policy.hpp"

namespace recapd::actors {

/// How a node shares the sessions with other nodes of its database.
struct sharing {
  storage::lease_store_factory leases;
  std::string node;     ///< its name, which no other node has
  std::string address;  ///< for people
  std::chrono::milliseconds expiry{10000};  ///< of its leases
  clock_bounds clocks{};  ///< how far the database's clock may be off
  int partitions = 0;     ///< of NATS; 0: it does not read from there
  /// The text an ingress would decode to this command: how it reaches the node
  /// that serves its session.
  std::function<std::string(const submission &)> as_event;
  /// Called once, when the node should end: somebody asked it to drain, or
  /// another process took its name. The sentence says which.
  std::function<void(std::string why)> leave;
};

/// Thread safe. Destroying it drains: no new commands, everything in flight is
/// answered, then the actors and connections end.
class engine {
public:
  struct parts {
    engine_options options;
    storage::store_factory stores;
    std::shared_ptr<clock> time;
    std::shared_ptr<telemetry> reports;
    workflows::policy policy;  ///< the config's; stored as a version at start
    std::optional<sharing> shared = std::nullopt;  ///< none: it serves all
    /// Of the stores: all actors start anew in a later epoch. None: the
    /// database is taken to be the same for ever.
    std::shared_ptr<storage::epoch_watch> epochs = nullptr;
  };

  /// Connects (throws storage_error if it cannot), stores the policy, loads
  /// timers and starts.
  explicit engine(parts p);
  ~engine();
  engine(const engine &) = delete;
  engine &operator=(const engine &) = delete;

  /// Takes a command; `done` gets its outcome once that is durable, or
  /// `unavailable` / `outcome_unknown` (send the same command again). Commands
  /// of one session are taken in the order of the calls. False, with `s` and
  /// `done` untouched, when one more would pass max_in_flight or it is closed
  /// (it drains, or `conditions` says why): ask `admits` first for a batch.
  [[nodiscard]] bool submit(submission &&s, const reply<outcome> &done);
  /// True if `count` more commands fit at this moment.
  [[nodiscard]] bool admits(std::size_t count) const;

  /// Runs `task` on a reader's thread with a store of its own, which nothing
  /// that sessions need waits for. A store fault is answered by `failed` (on
  /// that thread); so is an engine that drains.
  void read(std::function<void(storage::store &)> task,
            std::function<void(storage::fault)> failed);

  /// The same for what people ask for, in turn: `caller` is served before those
  /// who were served more, and never takes all readers. Anything but `taken`:
  /// neither function is called.
  [[nodiscard]] admission query(const std::string &caller,
                                std::function<void(storage::store &)> task,
                                std::function<void(storage::fault)> failed);
  /// Counts an answer's bytes as the caller's until the token is dropped: who
  /// does not take his answers gets no more of them.
  [[nodiscard]] std::shared_ptr<void> reserve_bytes(const std::string &caller,
                                                    std::size_t bytes);

  /// Manual clock only: moves it to `to` (not back), firing every timer due by
  /// then in order of time; answers with the time when all has settled.
  void advance(instant to, const reply<instant> &done);

  /// Called after each group commit that wrote events, on the journal's
  /// thread: must only hand over. Returns a token; dropping it ends the calls.
  [[nodiscard]] std::shared_ptr<void> on_commit(std::function<void()> callback);

  /// Called when the node serves other buckets than before; as on_commit.
  [[nodiscard]] std::shared_ptr<void>
  on_buckets(std::function<void()> callback);
  /// The buckets whose sessions this node serves. Commands of others are handed
  /// to the node that does.
  [[nodiscard]] storage::bucket_set buckets() const;

  [[nodiscard]] const clock &time() const;
  /// Returns the policy that new sessions are decided by, and any older
  /// version.
  [[nodiscard]] const workflows::policy &current_policy() const;
  [[nodiscard]] const workflows::policy *policy_version(int version) const;

  struct health {
    bool database_up = false;  ///< as far as anybody who asks it knows
    bool draining = false;
    std::size_t in_flight = 0;
  };
  [[nodiscard]] health status() const;
  /// Why it is not ready, and what is to be looked at. Others add what they
  /// know of.
  [[nodiscard]] readiness &conditions() const;
  /// For who asks the database on a connection of his own.
  [[nodiscard]] database_watch &database();
  /// True when the actors that a command needs answer within `bound`, whatever
  /// the database does: those that wait for it have threads of their own and
  /// are not asked. Waits for them, so never from an actor.
  [[nodiscard]] bool answers(std::chrono::milliseconds bound) const;

  /// Takes nothing more, and hands its shards over as they come to rest.
  /// Returns at once.
  void leave();
  /// leave(), and returns when everything taken has been answered, or after
  /// engine_options::drain: what is not answered by then is when the engine
  /// ends, with `unavailable` or `outcome_unknown`.
  void drain();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::actors
