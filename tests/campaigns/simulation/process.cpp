// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <caf/actor_cast.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <cxxabi.h>
#include <exception>
#include <map>
#include <typeindex>

#include "actors/dispatch.hpp"
#include "actors/engine/guard_actor.hpp"
#include "actors/journal_actor.hpp"

namespace recapd::simulation {

namespace {

caf::actor_id id_of(caf::resumable *job) {
  const auto *actor = dynamic_cast<caf::scheduled_actor *>(job);
  return actor != nullptr ? actor->id() : 0;
}

/// `recapd::actors::take_work` as `take_work`.
const std::string &short_name(const std::type_info &type) {
  static std::map<std::type_index, std::string> names;
  const auto [it, fresh] = names.try_emplace(type);
  if (!fresh) return it->second;
  int status = 0;
  char *full = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  auto &name = it->second;
  name = full != nullptr ? full : type.name();
  std::free(full);
  for (const std::string prefix : {"recapd::actors::", "caf::"})
    for (auto at = name.find(prefix); at != std::string::npos;
         at = name.find(prefix))
      name.erase(at, prefix.size());
  return name;
}

std::string what_of(const std::exception_ptr &thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception &e) {
    return e.what();
  } catch (...) {
    return "something unknown";
  }
}

std::string name_of_next(caf::scheduled_actor &actor) {
  auto *next = actor.peek_at_next_mailbox_element();
  if (next == nullptr) return "start";
  auto &content = next->content();
  if (content.size() == 0) return "nothing";
  const auto type = content.type(0);
  return type.second != nullptr ? short_name(*type.second)
                                : "#" + std::to_string(type.first);
}

}  // namespace

process::process(const parts &p)
    : number_{p.number}, world_time_{p.world_time}, seen_{*p.world_time},
      connection_{p.connection}, clock_{std::make_shared<skewed_clock>(
                                     p.world_time)},
      parts_{.policies = std::make_shared<actors::policy_book>(),
             .options = p.options,
             .stores = p.stores,
             .shared = p.shared},
      owned_{p.shared ? std::make_shared<actors::ownership>(
                 [steady = p.shared->steady] { return *steady; })
                      : std::make_shared<actors::ownership>()} {
  config_.set("scheduler.policy", caf::atom("testing"));
  config_.set("logger.file-verbosity", caf::atom("quiet"));
  auto store = p.stores();
  parts_.policies->begin(*store, p.policy);
  system_ = std::make_unique<caf::actor_system>(config_);
  scheduler_ =
      &dynamic_cast<caf::scheduler::test_coordinator &>(system_->scheduler());
  // A clock of zero means "no time" in places.
  scheduler_->clock().current_time += std::chrono::hours{1};
  first_id_ = system_->latest_actor_id() + 1;
  if (parts_.shared) actors::join(leases(), *owned_, *clock_);
  spawn();
}

process::~process() {
  connection_->cut = true;
  end(caf::exit_reason::kill);
  while (scheduler_->try_run_once()) {
  }
  // Delayed messages hold on to their actors.
  scheduler_->trigger_timeouts();
  while (scheduler_->try_run_once()) {
  }
  node_.reset();
  system_.reset();
}

actors::lease_parts process::leases() const {
  return {.stores = parts_.shared->leases,
          .who = parts_.shared->who,
          .changed = parts_.shared->changed,
          .leave = [leave = parts_.shared->leave](const std::string &) {
            leave();
          }};
}

void process::spawn() {
  died_ = false;
  std::optional<actors::lease_parts> leased;
  if (parts_.shared) leased = leases();
  node_ = actors::spawn_node(
      *system_,
      {.base = {.options = parts_.options,
                .time = clock_,
                .reports = std::make_shared<actors::telemetry>(),
                .policies = parts_.policies,
                .owned = owned_,
                .as_event = parts_.shared ? parts_.shared->as_event : nullptr,
                .relay = parts_.shared ? parts_.shared->relay : nullptr},
       .stores = parts_.stores,
       .where = actors::blocking::cooperative,
       .leases = leased});
  guard_ = system_->spawn(
      actors::guard_actor, actors::actors_of(*node_),
      std::function<void(std::string)>{[this](std::string) { died_ = true; }});
}

void process::end(caf::exit_reason reason) {
  caf::anon_send_exit(guard_, caf::exit_reason::user_shutdown);
  for (const auto &a : actors::actors_of(*node_))
    caf::anon_send_exit(a, reason);
}

/// Starts the actors anew as the engine does: after the old ones have ended.
void process::restart_node() {
  end(caf::exit_reason::user_shutdown);
  while (scheduler_->try_run_once()) {
  }
  spawn();
}

/// Returns true for a journal while the database is slow.
bool process::held_back(caf::resumable *job) const {
  if (*world_time_ >= journals_held_until_) return false;
  const auto *actor = dynamic_cast<caf::scheduled_actor *>(job);
  return actor != nullptr
         && std::string_view{actor->name()} == actors::journal_state::name;
}

bool process::has_job() const {
  return !std::all_of(jobs().begin(), jobs().end(),
                      [this](auto *job) { return held_back(job); });
}

/// A place among the jobs: of one that may run, not the starved one's if there
/// is another.
std::size_t process::choose(random_source &rng) {
  auto at = rng.below(jobs().size());
  const auto pass_over_resting = [&] {
    while (held_back(jobs()[at]))
      at = (at + 1) % jobs().size();
  };
  pass_over_resting();
  if (starved_for_ == 0) return at;
  --starved_for_;
  if (id_of(jobs()[at]) != starved_) return at;
  at = (at + 1) % jobs().size();
  pass_over_resting();
  return at;
}

bool process::mortal(const caf::scheduled_actor &actor) const {
  return actor.id() >= first_id_ && actor.id() != guard_.id();
}

process::stepped
process::step(random_source &rng,
              const std::function<bool(const std::string &)> &fatal) {
  const auto at = std::ptrdiff_t(choose(rng));
  const auto chosen = jobs().begin() + at;
  std::rotate(jobs().begin(), chosen, chosen + 1);
  stepped done{.what = "?"};
  auto *actor = dynamic_cast<caf::scheduled_actor *>(jobs().front());
  if (actor != nullptr) {
    const auto next = name_of_next(*actor);
    done.killed = fatal(next) && mortal(*actor);
    done.what = std::string{actor->name()} + "#" + std::to_string(actor->id())
                + (done.killed ? " killed before " : " ") + next;
    if (done.killed)
      caf::anon_send_exit(actor->address(), caf::exit_reason::kill);
    // By itself CAF would only end the actor, and another take its place.
    actor->set_exception_handler(
        [this](caf::scheduled_actor *self, std::exception_ptr &thrown) {
          thrown_ = std::string{self->name()} + "#" + std::to_string(self->id())
                    + " threw: " + what_of(thrown);
          return caf::make_error(caf::sec::runtime_error);
        });
  }
  scheduler_->try_run_once();
  return done;
}

void process::starve_one(random_source &rng, int steps) {
  if (jobs().empty()) return;
  starved_ = id_of(jobs()[rng.below(jobs().size())]);
  starved_for_ = steps;
}

void process::catch_up() {
  const auto by = *world_time_ - seen_;
  seen_ = *world_time_;
  if (by > std::chrono::microseconds{0}) scheduler_->advance_time(by);
}

bool process::submit(actors::submission s,
                     actors::reply<actors::outcome> done) {
  auto item = std::make_shared<actors::work>();
  item->what = std::move(s);
  const auto number = ++taken_;
  open_->emplace(number,
                 open_command{.what = item->what.source + "/" + item->what.id,
                              .since = *world_time_});
  item->done = actors::reply<actors::outcome>{
      [done = std::move(done), open = open_, number](auto a) {
        open->erase(number);
        done(std::move(a));
      }};
  return actors::dispatch(*node_, std::move(item));
}

}  // namespace recapd::simulation
