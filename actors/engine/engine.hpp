// The engine: one node's actors behind a thread-safe front.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/clock.hpp"
#include "actors/clock_watch.hpp"
#include "actors/database_watch.hpp"
#include "actors/fair_queue.hpp"
#include "actors/options.hpp"
#include "actors/preview.hpp"
#include "actors/readiness.hpp"
#include "actors/relay.hpp"
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
  std::string node;     ///< the node's name, which no other node has
  std::string address;  ///< `HOST:PORT` where other nodes reach it
  std::chrono::milliseconds expiry{10000};  ///< how long its leases last
  clock_bounds clocks{};                    ///< how far the clocks may be apart
  int partitions = 0;  ///< its NATS partitions; 0: it reads none
  /// Returns the text that an ingress would decode to the command: how a
  /// command reaches the node that serves its session.
  std::function<std::string(const submission &)> as_event;
  /// What the node asks of other nodes that relay commands to it, and how it
  /// relays to them; empty and none: by the table `forwarded` only.
  std::string secret = {};
  relay_function relay = {};
  live_nodes_function live_nodes = {};
  /// The function that is called once, when the node should end: somebody asked
  /// it to drain, or another process took its name. The sentence says which.
  std::function<void(std::string why)> leave;
};

/// One node's actors. Thread safe. Destroying it drains: no new commands,
/// everything in flight is answered, then the actors and connections end.
class engine {
public:
  struct parts {
    engine_options options;
    storage::store_factory stores;
    std::shared_ptr<clock> time;
    std::shared_ptr<telemetry> reports;
    /// The config's policy: the first version, where the database has none.
    workflows::policy policy;
    std::optional<sharing> shared = std::nullopt;  ///< none: all are served
    /// What is done with a run when all of it is paid out (node_context).
    std::function<void(const storage::run_row &, storage::store &)> run_made =
        {};
    /// The watch of the stores' epochs: all actors start anew in a later epoch.
    /// None: the database is taken to be the same for ever.
    std::shared_ptr<storage::epoch_watch> epochs = nullptr;
  };

  /// Connects (throws storage_error if it cannot), loads policies and timers,
  /// and starts.
  explicit engine(parts p);
  ~engine();
  engine(const engine &) = delete;
  engine &operator=(const engine &) = delete;

  /// Takes a command; `done` gets its outcome once that is durable, or
  /// `unavailable` / `outcome_unknown` (send the same command again). Commands
  /// of one session are taken in the order of the calls. Returns false, with
  /// `s` and `done` untouched, when one more would pass max_in_flight or the
  /// node is closed (it drains, or `conditions` says why); `admits` is for a
  /// batch.
  [[nodiscard]] bool submit(submission &&s, const reply<outcome> &done);
  /// Returns true if `count` more commands fit at this moment.
  [[nodiscard]] bool admits(std::size_t count) const;

  /// Returns what the command would be answered now and bring about, by what is
  /// in the store; writes nothing. Throws storage_error.
  [[nodiscard]] preview preview_of(submission s, storage::store &from) const;

  /// Runs `task` on the thread of a reader of its own, so nothing that sessions
  /// need waits for it. A fault of the store is answered by `failed` (on that
  /// thread), and so is the end of the engine.
  void read(std::function<void(storage::store &)> task,
            std::function<void(storage::fault)> failed);

  /// Opens one more connection, for who reads for long. Throws storage_error
  /// where it cannot.
  [[nodiscard]] std::unique_ptr<storage::store> open_store() const;

  /// Runs `task` as `read` does, for people, in turn: `caller` is served before
  /// those who were served more, and never has all readers where there are
  /// several. If the answer is not `taken`, neither function is called.
  [[nodiscard]] admission query(const std::string &caller,
                                std::function<void(storage::store &)> task,
                                std::function<void(storage::fault)> failed);
  /// Counts an answer's bytes as the caller's until the token is dropped: a
  /// caller who does not take answers gets no more of them.
  [[nodiscard]] std::shared_ptr<void> reserve_bytes(const std::string &caller,
                                                    std::size_t bytes);

  /// Moves a manual clock to `to` (not back), firing every timer due by then in
  /// order of time; answers with the time when all has settled.
  void advance(instant to, const reply<instant> &done);

  /// Calls `callback` after each group commit that wrote events, on the
  /// journal's thread: it must only hand over. Dropping the returned token ends
  /// the calls.
  [[nodiscard]] std::shared_ptr<void> on_commit(std::function<void()> callback);

  /// Calls `work`, and handles on the same thread what it has submitted, if the
  /// workers sleep and it is little. The caller must hold no lock that a reply
  /// takes.
  void lend_thread(const std::function<void()> &work);
  /// Calls `callback` when the node serves other buckets; else as on_commit.
  [[nodiscard]] std::shared_ptr<void>
  on_buckets(std::function<void()> callback);
  /// Returns the buckets whose sessions this node serves. Commands of other
  /// sessions are handed to the node that serves them.
  [[nodiscard]] storage::bucket_set buckets() const;

  /// Opens the leases, by a connection of their own; null where no other node
  /// shares. Blocks; throws storage_error.
  [[nodiscard]] std::unique_ptr<storage::lease_store> open_leases() const;
  /// Returns the other node of that name, as far as this one knows; null: none.
  [[nodiscard]] std::shared_ptr<const storage::other_node>
  other_node(std::string_view name) const;

  [[nodiscard]] const clock &time() const;
  /// Returns the policy that new sessions are decided by, with its version.
  [[nodiscard]] std::pair<int, const workflows::policy &> newest_policy() const;
  /// Returns the rules that a session is decided by; reads them where they are
  /// not known here yet. Throws storage_error, and std::runtime_error where
  /// there is no such version.
  [[nodiscard]] const workflows::rules &rules_of(const workflows::session &s,
                                                 storage::store &from) const;
  /// Returns a version's policy, as rules_of does.
  [[nodiscard]] const workflows::policy &policy_of(int version,
                                                   storage::store &from) const;
  /// Takes versions that are new in the store, at once and not within the time
  /// of a heartbeat.
  void follow_policies(storage::store &from);

  struct health {
    bool database_up = false;  ///< as far as the database watch knows
    bool draining = false;
    std::size_t in_flight = 0;
  };
  [[nodiscard]] health status() const;
  /// Returns why the node is not ready, and what is to be looked at. Who uses
  /// the engine adds conditions of its own.
  [[nodiscard]] readiness &conditions() const;
  /// Returns the database watch, for who asks on another connection.
  [[nodiscard]] database_watch &database();
  /// Returns true when the actors that a command needs answer within `bound`,
  /// whatever the database does: actors that wait for the database have threads
  /// of their own and are not asked. Blocks, so no actor may call it.
  [[nodiscard]] bool answers(std::chrono::milliseconds bound) const;

  /// Takes nothing more, and hands the shards over as they come to rest.
  /// Returns at once.
  void leave();
  /// Calls leave(), and returns when everything taken has been answered, or
  /// after engine_options::drain. What is not answered by then is answered when
  /// the engine ends, with `unavailable` or `outcome_unknown`.
  void drain();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::actors
