// Callers are served by what they were served before.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE fair_queues
#include "actors/fair_queue.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::actors;
using namespace std::chrono_literals;

namespace {

struct world {
  fair_queue all;
  std::string begun;

  explicit world(const queue_bounds &b = {}) : all{b} {}

  admission ask(const std::string &caller) {
    return all.add(caller, [this, caller] { begun += caller; });
  }
  /// Begins whatever may begin. Returns the callers in order.
  std::string begin() {
    begun.clear();
    while (auto next = all.next())
      next->what();
    return begun;
  }
  /// Begins and ends tasks one after the other, each of which takes so long.
  /// Returns the callers in order.
  std::string serve(fair_queue::duration took, int most = 1000) {
    std::string order;
    for (int i = 0; i < most; ++i) {
      auto next = all.next();
      if (!next) break;
      order += next->caller;
      all.ended(next->caller, took);
    }
    return order;
  }
};

}  // namespace

CAF_TEST(a caller alone is served in order and never by all readers) {
  world w;
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(w.ask("a") == admission::taken);
  CAF_CHECK_EQUAL(w.begin(), "a");
  w.all.ended("a", 1ms);
  CAF_CHECK_EQUAL(w.begin(), "a");
}

CAF_TEST(another finds a reader while one asks and asks) {
  world w;
  for (int i = 0; i < 64; ++i)
    (void)w.ask("a");
  CAF_CHECK_EQUAL(w.begin(), "a");
  (void)w.ask("b");
  CAF_CHECK_EQUAL(w.begin(), "b");
}

CAF_TEST(who was served less comes first) {
  world w{{.running = 1}};
  for (int i = 0; i < 4; ++i)
    (void)w.ask("a");
  CAF_CHECK_EQUAL(w.serve(10ms, 2), "aa");
  (void)w.ask("b");
  (void)w.ask("b");
  // b begins at the level of whoever was served last, which is below a's.
  CAF_CHECK_EQUAL(w.serve(10ms, 1), "b");
  CAF_CHECK_EQUAL(w.serve(10ms).size(), 3u);
}

CAF_TEST(shares are of time and not of tasks) {
  world w{{.running = 1}};
  for (int i = 0; i < 10; ++i) {
    (void)w.ask("a");
    (void)w.ask("b");
  }
  std::string order;
  while (auto next = w.all.next()) {
    order += next->caller;
    w.all.ended(next->caller, next->caller == "a" ? 4ms : 1ms);
  }
  // By the time a has had two, b has had its share of the time.
  CAF_CHECK_EQUAL(order.substr(0, 6), "abbbba");
}

CAF_TEST(nobody saves time up while away) {
  world w{{.running = 1}};
  (void)w.ask("b");
  CAF_CHECK_EQUAL(w.serve(1ms), "b");
  for (int i = 0; i < 100; ++i)
    (void)w.ask("a");
  CAF_CHECK_EQUAL(w.serve(1ms, 90), std::string(90, 'a'));
  for (int i = 0; i < 10; ++i)
    (void)w.ask("b");
  // Not ten of b at once.
  CAF_CHECK_EQUAL(w.serve(1ms, 4).find("bbb"), std::string::npos);
}

CAF_TEST(what waits is bounded for each and for all) {
  world w{{.waiting = 3, .waiting_each = 2}};
  CAF_CHECK(w.ask("a") == admission::taken);
  CAF_CHECK(w.ask("a") == admission::taken);
  CAF_CHECK(w.ask("a") == admission::caller_full);
  CAF_CHECK(w.ask("b") == admission::taken);
  CAF_CHECK(w.ask("b") == admission::full);
  CAF_CHECK_EQUAL(w.begin(), "ab");
  CAF_CHECK(w.ask("b") == admission::taken);
}

CAF_TEST(who does not take his answers gets no more and others do) {
  world w{{.unread_bytes = 1000, .unread_bytes_each = 100}};
  w.all.reserve_bytes("a", 100);
  (void)w.ask("a");
  (void)w.ask("b");
  CAF_CHECK_EQUAL(w.begin(), "b");
  w.all.release_bytes("a", 1);
  CAF_CHECK_EQUAL(w.begin(), "a");
}

CAF_TEST(answers that are not taken are bounded in all) {
  world w{{.unread_bytes = 150, .unread_bytes_each = 100}};
  w.all.reserve_bytes("a", 90);
  w.all.reserve_bytes("b", 90);
  (void)w.ask("c");
  CAF_CHECK_EQUAL(w.begin(), "");
  w.all.release_bytes("b", 90);
  CAF_CHECK_EQUAL(w.begin(), "c");
}

CAF_TEST(callers who are gone are forgotten) {
  world w{{.running = 1}};
  for (int i = 0; i < 20'000; ++i) {
    (void)w.ask(std::to_string(i));
    (void)w.serve(1ms);
  }
  CAF_CHECK(w.all.callers() < 5'000);
}
