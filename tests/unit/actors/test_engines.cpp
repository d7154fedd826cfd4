// The engine on real threads: answers, bounds, draining, restarts.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE engines
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "node_fixture.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::actors;
using namespace recapd::actors::test;

namespace {

struct engine_fixture {
  std::shared_ptr<recapd::storage::memory::database> database =
      recapd::storage::memory::make_database();
  std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>(start);
  std::shared_ptr<store_hooks> hooks = std::make_shared<store_hooks>();
  std::unique_ptr<engine> node;

  void open(engine_options options = {},
            std::shared_ptr<telemetry> reports = nullptr) {
    recapd::storage::memory::open_store(database)->save_manual_clock(start);
    node = std::make_unique<engine>(engine::parts{
        .options = options,
        .stores =
            [db = database, h = hooks] {
              return hook(recapd::storage::memory::open_store(db), h);
            },
        .time = time,
        .reports = std::move(reports),
        .policy = {}});
  }

  static submission schedule(const std::string &session) {
    wf::schedule_session what;
    what.tutor = "ann";
    what.course = "MATH101";
    what.starts_at = start;
    what.students = {"bob"};
    return command_of("id-" + session, session, "system:sis", what, start);
  }

  std::string submit(const std::string &session) {
    std::promise<std::string> word;
    auto got = word.get_future();
    const auto taken = node->submit(
        schedule(session), reply<outcome>{[&word](answer<outcome> a) {
          word.set_value(a.has_value()
                             ? ((*a).accepted ? "accepted" : "refused")
                             : std::string{to_string(a.error())});
        }});
    return taken ? got.get() : "not taken";
  }

  /// A command whose commit waits until it is let go.
  struct held_command {
    std::promise<void> hold;
    std::shared_ptr<std::atomic<bool>> begun =
        std::make_shared<std::atomic<bool>>(false);
    std::promise<bool> answered;

    /// Returns true if it has an outcome then.
    bool let_go() {
      hold.set_value();
      return answered.get_future().get();
    }
  };
  /// Submits it as that of session `s1`.
  void submit(held_command &c) {
    hooks->before_append = [begun = c.begun,
                            wait = c.hold.get_future().share()] {
      *begun = true;
      wait.get();
    };
    CAF_CHECK(
        node->submit(schedule("s1"), reply<outcome>{[&c](answer<outcome> a) {
                       c.answered.set_value(a.has_value());
                     }}));
    while (!*c.begun)
      std::this_thread::yield();
  }
};

/// Holds the timers actor, and with it one of the scheduler's threads.
struct holding_telemetry final : telemetry {
  std::promise<void> entered;
  std::once_flag once;
  std::shared_future<void> until;
  void timers_armed(std::size_t) override {
    std::call_once(once, [this] { entered.set_value(); });
    until.wait();
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(engine_tests, engine_fixture)

CAF_TEST(a command is answered) {
  open();
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  CAF_CHECK(node->status().database_up);
}

CAF_TEST(a thousand commands at once are all answered) {
  open();
  std::atomic<int> accepted{0};
  for (int i = 0; i < 1000; ++i)
    CAF_REQUIRE(node->submit(schedule("s" + std::to_string(i)),
                             reply<outcome>{[&](answer<outcome> a) {
                               if (a.has_value() && (*a).accepted) ++accepted;
                             }}));
  node->drain();
  CAF_CHECK_EQUAL(accepted.load(), 1000);
}

CAF_TEST(a full engine takes nothing more) {
  open({.max_in_flight = 1});
  held_command first;
  submit(first);
  CAF_CHECK(!node->admits(1));
  CAF_CHECK_EQUAL(submit("s2"), "not taken");
  CAF_CHECK(first.let_go());
}

CAF_TEST(a draining engine answers what it has and takes nothing more) {
  open();
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  node->drain();
  CAF_CHECK_EQUAL(submit("s2"), "not taken");
  CAF_CHECK(node->status().draining);
}

CAF_TEST(who waits for too long is told and what has not begun is dropped) {
  open({.journals = 1, .statement = 50ms, .drain = 50ms});
  held_command first;
  submit(first);
  CAF_CHECK_EQUAL(submit("s2"), "outcome_unknown");
  CAF_CHECK(!first.answered.get_future().get());
  // They are in flight as long as anybody works on them.
  CAF_CHECK_EQUAL(node->status().in_flight, 2u);
  first.hold.set_value();
  node.reset();
  const auto store = recapd::storage::memory::open_store(database);
  CAF_CHECK_EQUAL(store->history("s1").size(), 1u);
  CAF_CHECK_EQUAL(store->history("s2").size(), 0u);
}

CAF_TEST(a session begins nothing for whom nobody waits) {
  open({.statement = 50ms});
  held_command first;
  submit(first);
  CAF_CHECK_EQUAL(submit("s1"), "outcome_unknown");
  // The repeat's outcome would be looked for.
  first.hold.set_value();
  while (node->status().in_flight > 0)
    std::this_thread::yield();
  CAF_CHECK_EQUAL(hooks->looks.load(), 0);
}

CAF_TEST(a drain ends though a command is never answered) {
  open({.drain = 50ms});
  held_command held;
  submit(held);
  node->drain();
  CAF_CHECK_EQUAL(node->status().in_flight, 1u);
  held.hold.set_value();
  node.reset();
  (void)held.answered.get_future().get();  // with its outcome, or without
}

CAF_TEST(an engine that leaves takes nothing and answers what it has) {
  open();
  held_command held;
  submit(held);
  node->leave();
  CAF_CHECK(!node->admits(1));
  auto refused = schedule("s2");
  const auto nobody = reply<outcome>{[](const auto &) {}};
  CAF_CHECK(!node->submit(std::move(refused), nobody));
  // A submission that was not taken is left to the caller.
  CAF_CHECK_EQUAL(refused.session, "s2");
  CAF_CHECK(nobody.waiting());
  CAF_CHECK(held.let_go());
}

CAF_TEST(an engine answers though its database does not ) {
  open();
  CAF_CHECK(node->answers(30s));
  held_command held;
  submit(held);
  CAF_CHECK(node->answers(30s));
  CAF_CHECK(held.let_go());
}

CAF_TEST(an engine of which one actor is stuck does not answer) {
  std::promise<void> held;
  const auto reports = std::make_shared<holding_telemetry>();
  reports->until = held.get_future();
  open({}, reports);
  reports->entered.get_future().wait();
  CAF_CHECK(!node->answers(200ms));
  held.set_value();
  CAF_CHECK(node->answers(30s));
}

CAF_TEST(an actor that dies takes nobody along) {
  open();
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  // Not a storage fault: the journal actor dies of it.
  hooks->before_append = [] { throw std::runtime_error{"a bug"}; };
  CAF_CHECK_NOT_EQUAL(submit("s2"), "accepted");
  hooks->before_append = [] {};
  std::string word;
  do
    word = submit("s3");
  while (word == "unavailable" || word == "outcome_unknown");
  CAF_CHECK_EQUAL(word, "accepted");
}

CAF_TEST(commits are signalled) {
  open();
  std::promise<void> signalled;
  std::atomic<bool> once{false};
  const auto token = node->on_commit([&] {
    if (!once.exchange(true)) signalled.set_value();
  });
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  signalled.get_future().get();
}

CAF_TEST(a read runs with a store and a failure is told) {
  open();
  std::promise<std::size_t> events;
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  node->read(
      [&](recapd::storage::store &s) {
        events.set_value(s.history("s1").size());
      },
      [&](auto) { events.set_value(99); });
  CAF_CHECK_EQUAL(events.get_future().get(), 1u);
  std::promise<bool> failed;
  node->read(
      [](recapd::storage::store &) {
        throw recapd::storage::storage_error{
            recapd::storage::fault::unavailable, "away"};
      },
      [&](auto) { failed.set_value(true); });
  CAF_CHECK(failed.get_future().get());
}

CAF_TEST(reads for people that take long delay no command and nobody else) {
  open();
  std::promise<void> over;
  const auto until = over.get_future().share();
  const auto nothing = [](auto) {};
  std::atomic<int> begun{0};
  std::promise<void> first;
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(node->query(
                  "noisy",
                  [&, until](recapd::storage::store &) {
                    if (++begun == 1) first.set_value();
                    until.wait();
                  },
                  nothing)
              == admission::taken);
  first.get_future().wait();
  const auto read_by = [&](const std::string &caller) {
    auto done = std::make_shared<std::promise<std::size_t>>();
    CAF_CHECK(node->query(
                  caller,
                  [done](recapd::storage::store &s) {
                    done->set_value(s.history("s1").size());
                  },
                  nothing)
              == admission::taken);
    return done->get_future();
  };
  CAF_CHECK_EQUAL(submit("s1"), "accepted");
  CAF_CHECK_EQUAL(read_by("other").get(), 1u);
  // The other reader is busy, too: what sessions load and ingresses read has
  // readers of its own.
  (void)node->query(
      "another", [until](recapd::storage::store &) { until.wait(); }, nothing);
  CAF_CHECK_EQUAL(submit("s2"), "accepted");
  std::promise<void> read;
  node->read([&](recapd::storage::store &) { read.set_value(); }, nothing);
  read.get_future().get();
  CAF_CHECK_EQUAL(begun.load(), 1);
  over.set_value();
  node.reset();  // what waits counts here
}

CAF_TEST(a read that waits when the engine ends hears so) {
  open();
  std::promise<void> over;
  const auto until = over.get_future().share();
  std::promise<void> began;
  (void)node->query(
      "a",
      [&](recapd::storage::store &) {
        began.set_value();
        until.wait();
      },
      [](auto) {});
  began.get_future().get();
  std::promise<std::string> word;
  (void)node->query(
      "a", [&](recapd::storage::store &) { word.set_value("read"); },
      [&](auto why) { word.set_value(std::string{to_string(why)}); });
  auto token = node->reserve_bytes("a", 10);
  std::string heard;
  std::thread lets_go{[&] {
    heard = word.get_future().get();
    over.set_value();
  }};
  node.reset();
  lets_go.join();
  CAF_CHECK_EQUAL(heard, "unavailable");
  token.reset();  // an answer may be taken later than that
}

CAF_TEST_FIXTURE_SCOPE_END()
