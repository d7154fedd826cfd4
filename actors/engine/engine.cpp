// SPDX-License-Identifier: Apache-2.0
#include "actors/engine/engine.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json/serialize.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <mutex>
#include <optional>
#include <random>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <utility>

#include "actors/dispatch.hpp"
#include "actors/engine/guard_actor.hpp"
#include "actors/engine/in_flight.hpp"
#include "actors/engine/listeners.hpp"
#include "actors/engine/supervisor.hpp"
#include "actors/node.hpp"
#include "actors/query_pool.hpp"
#include "actors/scheduling.hpp"
#include "workflows/json/session.hpp"

namespace recapd::actors {

using storage::fault;

namespace {

struct system_config : caf::actor_system_config {
  explicit system_config(const engine_options &options) {
    load<coordinator>();
    set("scheduler.max-threads", options.workers);
    set("scheduler.max-throughput", 50);
  }
};

/// Returns what tells this process from earlier ones of its node: `PID-NUMBER`.
std::string new_incarnation() {
  std::random_device random;
  return std::to_string(::getpid()) + "-" + std::to_string(random());
}

}  // namespace

struct engine::impl {
  explicit impl(parts p)
      : options{p.options}, stores{std::move(p.stores)},
        reports{p.reports ? std::move(p.reports)
                          : std::make_shared<telemetry>()},
        time{std::move(p.time)}, shared{std::move(p.shared)},
        epochs{std::move(p.epochs)}, policy{std::move(p.policy)},
        run_made{std::move(p.run_made)}, config{options}, system{config} {
    load_policies();
    tell_unused_policy();
    reports->database_up(true);
    if (shared) join();
    start();
    watcher.start();
    if (!epochs) return;
    epochs->on_change(
        [this](std::string why) { watcher.moved(std::move(why)); });
    std::unique_lock lock{current_mutex};
    const bool over = epochs->current() != epoch;
    lock.unlock();
    if (over) watcher.moved("the database was started anew");
  }

  ~impl() {
    if (epochs) epochs->on_change({});
    drain();
    watcher.stop();
    pool->close();
    end();
    if (shared) release();
  }

  impl(const impl &) = delete;
  impl &operator=(const impl &) = delete;

  [[nodiscard]] context_ptr node() const {
    const std::lock_guard lock{current_mutex};
    return current;
  }

  /// Loads the policies; the config's becomes the first where there are none.
  /// Versions are looked at again in each epoch: the last one that was stored
  /// may be lost, and its number be another policy's by now.
  void load_policies() {
    const auto store = stores();
    auto now = store->epoch();
    auto book = std::make_shared<policy_book>();
    book->begin(*store, policy);
    const std::lock_guard lock{current_mutex};
    epoch = std::move(now);
    // What earlier books handed out stays valid.
    former_policies.push_back(std::exchange(policies, std::move(book)));
  }

  void tell_unused_policy() const {
    const auto [version, used] = book()->newest();
    if (used == policy) return;
    spdlog::warn("the policy is version {} of the database, and the config's "
                 "differs from it and is not used: recapctl policy set makes a "
                 "new version",
                 version);
  }

  [[nodiscard]] std::shared_ptr<policy_book> book() const {
    const std::lock_guard lock{current_mutex};
    return policies;
  }

  void join() {
    beating.node = shared->node;
    beating.incarnation = new_incarnation();
    beating.address = shared->address;
    beating.secret = shared->secret;
    beating.expiry = shared->expiry;
    beating.partitions = shared->partitions;
    actors::join(*leases(), *owned, *time, clocks.get());
  }

  void release() {
    try {
      shared->leases()->leave(beating.node, beating.incarnation);
    } catch (const std::exception &e) {
      spdlog::warn("the node's leases expire by themselves: {}", e.what());
    }
  }

  [[nodiscard]] std::optional<lease_parts> leases() {
    if (!shared) return std::nullopt;
    auto who = beating;
    who.leaving = draining;
    return lease_parts{.stores = shared->leases,
                       .who = std::move(who),
                       .changed = [this] { buckets_moved.call(); },
                       .leave = shared->leave};
  }

  void start() {
    auto fresh = spawn_node(
        system, {.base = {.options = options,
                          .time = time,
                          .reports = reports,
                          .policies = book(),
                          .owned = owned,
                          .database = database,
                          .clocks = clocks,
                          .conditions = conditions,
                          .as_event = shared ? shared->as_event : nullptr,
                          .run_made = run_made,
                          .relay = shared ? shared->relay : nullptr,
                          .live_nodes = shared ? shared->live_nodes : nullptr},
                 .stores = stores,
                 .on_commit = [this] { committed.call(); },
                 .where = blocking::detached,
                 .leases = leases()});
    guard =
        system.spawn(guard_actor, actors_of(*fresh),
                     std::function<void(std::string)>{[this](std::string why) {
                       watcher.died(std::move(why));
                     }});
    const std::lock_guard lock{current_mutex};
    current.swap(fresh);
  }

  void end() {
    // The guard ends first: it must not take the others' end for a death.
    caf::scoped_actor self{system};
    self->send_exit(guard, caf::exit_reason::user_shutdown);
    self->wait_for(guard);
    guard = nullptr;
    end_node(system, *node());
  }

  /// Loads the policies in a new epoch; returns true once they are known.
  bool look_at_policies() {
    try {
      load_policies();
      return true;
    } catch (const std::exception &e) {
      spdlog::warn("the policies could not be looked at: {}", e.what());
      return false;
    }
  }

  /// Says whose the command's identity is, where that is not known yet.
  void name_scope(submission &s) const {
    if (!s.scope) s.scope = options.own_identities ? to_string(s.by) : "";
  }

  void leave() {
    if (draining.exchange(true)) return;
    conditions->raise("draining", weight::closed,
                      "The node hands over what it serves, and ends.");
    if (const auto keeper = node()->lease_keeper)
      caf::anon_send(keeper, leave_now{});
  }

  void drain() {
    leave();
    if (given_up || commands.wait_done(options.drain)) return;
    given_up = true;
    spdlog::warn("{} commands in flight were not answered within {} ms: ending "
                 "without their outcomes",
                 commands.count(), options.drain.count());
  }

  engine_options options;
  storage::store_factory stores;
  std::shared_ptr<telemetry> reports;
  std::shared_ptr<clock> time;
  std::optional<sharing> shared;
  std::shared_ptr<storage::epoch_watch> epochs;
  std::string epoch;         ///< of the last look at the policies
  workflows::policy policy;  ///< the policy of the config
  std::function<void(const storage::run_row &, storage::store &)> run_made;
  std::shared_ptr<readiness> conditions =
      std::make_shared<readiness>([time = time] { return time->now(); });
  std::shared_ptr<database_watch> database = std::make_shared<database_watch>(
      [reports = reports, words = conditions](bool up, const std::string &why) {
        reports->database_up(up);
        if (up) return words->settle("database-down");
        words->raise("database-down", weight::unready,
                     "The database takes no commands: " + why + ".");
      });
  std::shared_ptr<clock_watch> clocks = std::make_shared<clock_watch>(
      time, shared ? shared->clocks : clock_bounds{}, conditions, reports);
  std::shared_ptr<policy_book> policies;
  std::vector<std::shared_ptr<policy_book>> former_policies;
  std::shared_ptr<ownership> owned = std::make_shared<ownership>();
  storage::heartbeat beating;
  listeners committed;
  listeners buckets_moved;
  std::atomic<bool> draining{false};
  /// A sender should be answered within the time of two statements.
  in_flight commands{options.max_in_flight, options.statement * 8 / 5,
                     conditions, reports};
  std::atomic<bool> given_up{false};  ///< drain() has waited as long as it may

  system_config config;
  caf::actor_system system;
  // `current` is no atomic shared_ptr: libstdc++ 12 gives up that one's lock
  // relaxed when it loads, which does not order what was read before the next
  // store.
  mutable std::mutex current_mutex;
  context_ptr current;
  caf::actor guard;
  std::shared_ptr<query_pool> pool =
      std::make_shared<query_pool>(options.queries, [this] { return node(); });

  supervisor watcher{{.restart =
                          [this] {
                            end();
                            start();
                          },
                      .look_again = [this] { return look_at_policies(); }}};
};

engine::engine(parts p) : impl_{std::make_unique<impl>(std::move(p))} {}
engine::~engine() = default;

bool engine::admits(std::size_t count) const {
  return impl_->commands.fits(count);
}

bool engine::submit(submission &&s, const reply<outcome> &done) {
  auto *i = impl_.get();
  const auto type = workflows::type_of(s.what);
  auto item = std::make_shared<work>();
  const auto taken = i->commands.take(
      item, [i, done, type, since = s.received_at](answer<outcome> a) {
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
            i->time->now() - since);
        // Readiness knows before the sender does: who then asks is told so.
        if (!a.has_value()) {
          i->database->command_unanswered();
          i->reports->command_done(type, "unavailable", "", took);
        } else {
          if (!(*a).duplicate) i->database->command_answered();
          i->reports->command_done(
              type,
              (*a).duplicate  ? "duplicate"
              : (*a).accepted ? "accepted"
                              : "refused",
              (*a).code ? workflows::to_string(*(*a).code) : "", took);
        }
        done(std::move(a));
      });
  if (!taken) return false;
  item->what = std::move(s);
  i->name_scope(item->what);
  dispatch(*i->node(), std::move(item));
  return true;
}

preview engine::preview_of(submission s, storage::store &from) const {
  impl_->name_scope(s);
  return actors::preview_of(s, impl_->time->now(), *impl_->book(), from);
}

void engine::lend_thread(const std::function<void()> &work) {
  const lending lent{impl_->system};
  work();
}

std::unique_ptr<storage::store> engine::open_store() const {
  return impl_->stores();
}

void engine::read(std::function<void(storage::store &)> task,
                  std::function<void(storage::fault)> failed) {
  const auto node = impl_->node();
  // A task that is dropped with its actor must still say so.
  auto once = std::make_shared<reply<done_t>>(
      [failed = std::move(failed)](answer<done_t> a) {
        if (!a.has_value()) failed(a.error());
      });
  caf::anon_send(node->background,
                 std::make_shared<read_task>(read_task{
                     .run =
                         [task = std::move(task), once](storage::store &s) {
                           task(s);
                           (*once)(done_t{});
                         },
                     .failed = [once](storage::fault f) { (*once)(f); }}));
}

admission engine::query(const std::string &caller,
                        std::function<void(storage::store &)> task,
                        std::function<void(storage::fault)> failed) {
  return impl_->pool->add(caller, std::move(task), std::move(failed));
}

std::shared_ptr<void> engine::reserve_bytes(const std::string &caller,
                                            std::size_t bytes) {
  return impl_->pool->reserve_bytes(caller, bytes);
}

void engine::advance(instant to, const reply<instant> &done) {
  caf::anon_send(impl_->node()->timers, advance_to{.to = to, .done = done});
}

std::shared_ptr<void> engine::on_commit(std::function<void()> callback) {
  return impl_->committed.add(std::move(callback));
}

std::shared_ptr<void> engine::on_buckets(std::function<void()> callback) {
  return impl_->buckets_moved.add(std::move(callback));
}

storage::bucket_set engine::buckets() const {
  return impl_->owned->leased_buckets();
}

std::shared_ptr<const storage::other_node>
engine::other_node(std::string_view name) const {
  return impl_->owned->other(name);
}

std::unique_ptr<storage::lease_store> engine::open_leases() const {
  return impl_->shared ? impl_->shared->leases() : nullptr;
}

const clock &engine::time() const {
  return *impl_->time;
}

std::pair<int, const workflows::policy &> engine::newest_policy() const {
  return impl_->book()->newest();
}

const workflows::rules &engine::rules_of(const workflows::session &s,
                                         storage::store &from) const {
  return policy_of(s.policy_version, from).rules_for(s.program, s.course);
}

const workflows::policy &engine::policy_of(int version,
                                           storage::store &from) const {
  return impl_->book()->find_or_read(version, from);
}

void engine::follow_policies(storage::store &from) {
  impl_->book()->follow(from);
}

engine::health engine::status() const {
  return {.database_up = impl_->database->up(),
          .draining = impl_->draining,
          .in_flight = impl_->commands.count()};
}

readiness &engine::conditions() const {
  return *impl_->conditions;
}

database_watch &engine::database() {
  return *impl_->database;
}

bool engine::answers(std::chrono::milliseconds bound) const {
  return node_answers(impl_->system, *impl_->node(), bound);
}

void engine::leave() {
  impl_->leave();
}

void engine::drain() {
  impl_->drain();
}

}  // namespace recapd::actors
