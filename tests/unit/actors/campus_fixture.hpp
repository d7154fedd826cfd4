// A small campus on one or two nodes: tutor ann, student bob, MATH101.
// Include last: CAF's test macros come with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/parse.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <limits>

#include "actors/limits_actor.hpp"
#include "actors/session_actor.hpp"
#include "actors/shard_actor.hpp"
#include "actors/timers_actor.hpp"
#include "node_fixture.hpp"

#include "caf/test/dsl.hpp"

namespace recapd::actors::test {

inline constexpr int always = std::numeric_limits<int>::max();

/// A hook that throws so many times.
inline std::function<void()> fails(storage::fault how, int times = 1) {
  return [how, left = times]() mutable {
    if (left-- > 0) throw storage::storage_error{how, "a test's doing"};
  };
}

struct campus_fixture : test_coordinator_fixture<>, cluster {
  explicit campus_fixture(int count = 1, engine_options options = {})
      : store{cluster::store()} {
    for (int i = 0; i < count; ++i)
      add_node(sys, options);
    consume_messages();
  }
  ~campus_fixture() override {
    for (const auto &n : nodes)
      for (const auto &a : actors_of(*n))
        caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    consume_messages();
  }

  [[nodiscard]] const context_ptr &node(std::size_t i = 0) const {
    return nodes[i];
  }
  [[nodiscard]] store_hooks &hooks(std::size_t i = 0) const {
    return *cluster::hooks[i];
  }
  [[nodiscard]] std::string next_id() { return "c" + std::to_string(++ids); }

  submission command(const std::string &session, std::string_view who,
                     wf::command what) {
    return command_of(next_id(), session, who, std::move(what), time->now());
  }
  submission schedule_command(const std::string &session,
                              std::vector<std::string> students = {"bob"},
                              const std::string &tutor = "ann",
                              instant starts = start) {
    wf::schedule_session what;
    what.tutor = tutor;
    what.course = "MATH101";
    what.starts_at = starts;
    what.how = wf::modality::in_person;
    what.students = std::move(students);
    return command(session, "system:sis", what);
  }
  submission accept_command(const std::string &session,
                            const std::string &student = "bob") {
    return command(session, "student:" + student,
                   wf::accept_invitation{.student = student});
  }
  submission complete_command(const std::string &session, int minutes,
                              const std::string &tutor = "ann") {
    return command(session, "tutor:" + tutor,
                   wf::complete_session{.minutes = minutes,
                                        .written = recap_of(150),
                                        .leave_call = false});
  }
  submission recap_command(const std::string &session,
                           const std::string &student = "bob") {
    return command(session, "student:" + student,
                   wf::submit_recap{.written = recap_of(150)});
  }

  pending post(submission s, std::size_t to = 0) {
    return send(nodes[to], std::move(s));
  }
  std::string run(submission s, std::size_t to = 0) {
    auto p = post(std::move(s), to);
    consume_messages();
    return p.word();
  }
  std::string schedule(const std::string &s, std::size_t to = 0) {
    return run(schedule_command(s), to);
  }
  std::string accept(const std::string &s, std::size_t to = 0) {
    return run(accept_command(s), to);
  }
  std::string complete(const std::string &s, int minutes, std::size_t to = 0) {
    return run(complete_command(s, minutes), to);
  }
  std::string student_recap(const std::string &s, std::size_t to = 0) {
    return run(recap_command(s), to);
  }
  /// A session whose student goes.
  void ready(const std::string &s) {
    schedule(s);
    accept(s);
  }
  /// One that waits for the student's recap.
  void awaiting(const std::string &s) {
    ready(s);
    complete(s, 60);
  }

  /// What is due is dealt with after each step.
  void pass(caf::timespan step, int steps = 1) {
    for (int i = 0; i < steps; ++i) {
      advance_time(step);
      consume_messages();
    }
  }
  /// Some heartbeats of everybody.
  void beats(int count = 4) {
    consume_messages();
    pass(2s, count);
  }

  [[nodiscard]] std::string state(const std::string &s) const {
    return state_of(*store, s);
  }
  [[nodiscard]] std::int64_t balance(const std::string &account) const {
    const auto page = store->account(account, "", 1);
    return page.balances.empty() ? 0 : page.balances.front().second;
  }
  [[nodiscard]] std::int64_t used(wf::limit_kind kind, const std::string &owner,
                                  const std::string &item, int period) const {
    const std::vector<wf::usage_key> keys{
        {.kind = kind, .owner = owner, .item = item, .period = period}};
    return store->load_usage(keys).front();
  }
  /// Minutes of tutor ann in the week of `start`.
  [[nodiscard]] std::int64_t anns_minutes() const {
    return used(wf::limit_kind::tutor_week, "ann", "",
                wf::week_thursday(wf::local_day(start, "America/New_York"), 1));
  }

  shard_state &shard(const shard_ref &s) {
    return deref<shard_ref::stateful_base<shard_state>>(
               caf::actor_cast<caf::actor>(s))
        .state;
  }
  /// How many buckets the node serves.
  [[nodiscard]] std::size_t served(std::size_t i) const {
    return node(i)->owned->assigned_buckets().count();
  }
  std::size_t resident(std::size_t i = 0) {
    std::size_t sum = 0;
    for (const auto &s : nodes[i]->shards)
      sum += shard(s).sessions->size();
    return sum;
  }
  void kill_sessions(std::size_t i = 0) {
    for (const auto &s : nodes[i]->shards)
      shard(s).sessions->each([](const subject_ref &child) {
        caf::anon_send_exit(child, caf::exit_reason::kill);
      });
  }

  std::unique_ptr<storage::store> store;
};

struct one_node : campus_fixture {
  one_node() : campus_fixture{1} {}
};
struct two_nodes : campus_fixture {
  two_nodes() : campus_fixture{2} {}
};

}  // namespace recapd::actors::test

using namespace recapd::actors;
using namespace recapd::actors::test;
