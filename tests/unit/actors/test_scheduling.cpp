// Which thread handles what is sent to an actor.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE scheduling
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "actors/scheduling.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::actors;
using namespace std::chrono_literals;

namespace {

using place = std::thread::id;
using told_place = std::shared_ptr<std::promise<place>>;

struct shared_config : caf::actor_system_config {
  shared_config() {
    load<coordinator>();
    set("scheduler.max-threads", 2);
    set("scheduler.max-throughput", 5);
  }
};

/// Tells on which thread it handles its one message.
caf::behavior teller(caf::event_based_actor *self, told_place at) {
  return {[=](int) {
    at->set_value(std::this_thread::get_id());
    self->quit();
  }};
}

/// Passes a number on, less one, until it is 0.
caf::behavior passer(caf::event_based_actor *self, told_place end) {
  return {[=](int left) {
    if (left > 0) {
      caf::anon_send(self->spawn(passer, end), left - 1);
    } else {
      end->set_value(std::this_thread::get_id());
    }
    self->quit();
  }};
}

/// Tells where it handles the last of its messages, a 0.
caf::behavior counter(caf::event_based_actor *self, told_place end) {
  return {[=](int left) {
    if (left > 0) return;
    end->set_value(std::this_thread::get_id());
    self->quit();
  }};
}

struct fixture {
  shared_config config;
  caf::actor_system system{config};

  ~fixture() { system.await_all_actors_done(); }

  /// Sends to an actor of its own. Returns where it handles that.
  std::future<place> tell() {
    auto at = std::make_shared<std::promise<place>>();
    caf::anon_send(system.spawn(teller, at), 1);
    return at->get_future();
  }

  /// Sends to a chain of actors. Returns where the last one is.
  std::future<place> pass(int links) {
    auto end = std::make_shared<std::promise<place>>();
    caf::anon_send(system.spawn(passer, end), links);
    return end->get_future();
  }

  /// Waits until both workers sleep.
  void rest() {
    auto &shared = dynamic_cast<coordinator &>(system.scheduler()).data();
    while (true) {
      const std::lock_guard lock{shared.lock};
      if (shared.asleep == 2 && shared.calls == 0 && shared.queue.empty())
        return;
    }
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(scheduling_tests, fixture)

CAF_TEST(a thread that lends itself handles what it has sent) {
  rest();
  std::future<place> at;
  {
    const lending lent{system};
    at = tell();
    CAF_CHECK(at.wait_for(0s) == std::future_status::timeout);
  }
  CAF_CHECK(at.get() == std::this_thread::get_id());
}

CAF_TEST(another thread wakes a worker) {
  rest();
  CAF_CHECK(tell().get() != std::this_thread::get_id());
}

CAF_TEST(a lent thread goes back before a long chain has ended) {
  rest();
  std::future<place> end;
  {
    const lending lent{system};
    end = pass(1000);
  }
  CAF_CHECK(end.get() != std::this_thread::get_id());
}

CAF_TEST(what is more than a few wakes others while the thread is still busy) {
  rest();
  const lending lent{system};
  auto first = tell();
  // A worker that something else woke may take some: there are more until it is
  // told of a few at once.
  std::vector<std::future<place>> more;
  while (first.wait_for(1ms) != std::future_status::ready) {
    CAF_REQUIRE_LESS(more.size(), 60'000u);
    more.push_back(tell());
  }
  CAF_CHECK(first.get() != std::this_thread::get_id());
}

CAF_TEST(an actor with many messages has its turns) {
  rest();
  auto end = std::make_shared<std::promise<place>>();
  {
    const lending lent{system};
    const auto one = system.spawn(counter, end);
    for (int left = 49; left >= 0; --left)
      caf::anon_send(one, left);
  }
  CAF_CHECK(end->get_future().get() == std::this_thread::get_id());
}

CAF_TEST(a thread that is lent already handles it in the end) {
  rest();
  std::future<place> at;
  {
    const lending outer{system};
    {
      const lending inner{system};
      at = tell();
    }
    CAF_CHECK(at.wait_for(0s) == std::future_status::timeout);
  }
  CAF_CHECK(at.get() == std::this_thread::get_id());
}

CAF_TEST(nothing that many threads send is left lying) {
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t)
    senders.emplace_back([this, t] {
      for (int i = 0; i < 500; ++i) {
        std::optional<lending> lent;
        if ((t + i) % 2 == 0) lent.emplace(system);
        auto end = pass(i % 9);
        lent.reset();
        (void)end.get();
      }
    });
  for (auto &s : senders)
    s.join();
}

CAF_TEST_FIXTURE_SCOPE_END()
