// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_delivered
#include "gateway/nats/deliveries.hpp"

#include "caf/test/unit_test.hpp"
#include <iterator>
#include <rapidcheck.h>
#include <set>
#include <vector>

using namespace recapd::gateway;
using namespace recapd::gateway::nats;
using namespace std::chrono_literals;

namespace {

using step = nats::deliveries::step;
using seqs = std::vector<std::uint64_t>;

constexpr nats::deliveries::times times{
    .every = 1s, .answer = 5s, .patience = 3s};

struct fixture {
  nats::deliveries d;
  nats::deliveries::time_point now{100s};
  bool busy = false;

  step next(bool may_count = true) {
    return d.next(now, times, busy, may_count);
  }
  seqs to_remove() { return d.to_remove(now, times); }
  /// Asked for, and told.
  bool count(std::uint64_t messages, std::uint64_t last_seq) {
    if (next() != step::count) return false;
    d.counted({.messages = messages, .last_seq = last_seq}, now);
    return true;
  }
  void came_and_done(std::uint64_t seq) {
    d.arrived(seq);
    d.done(seq);
  }
  nats::deliveries::duration until_anew() {
    const auto from = now;
    for (; now - from < 600s; now += 1s) {
      const auto r = next();
      if (r == step::anew) break;
      if (r == step::count) d.counted({.messages = 1, .last_seq = 20}, now);
    }
    d.begin();
    return now - from;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(delivered_tests, fixture)

CAF_TEST(what is done leaves and nothing else) {
  for (const auto seq : {5U, 7U, 9U})
    d.arrived(seq);
  CAF_CHECK(to_remove().empty());
  d.done(7);
  CAF_CHECK(to_remove() == seqs{7});
  CAF_CHECK(to_remove().empty());
  d.removed(7, true);
  d.done(5);
  CAF_CHECK(to_remove() == seqs{5});
}

CAF_TEST(a removal that is not answered is asked for again) {
  came_and_done(5);
  CAF_CHECK(to_remove() == seqs{5});
  now += 4999ms;
  CAF_CHECK(to_remove().empty());
  now += 1ms;
  CAF_CHECK(to_remove() == seqs{5});
  d.removed(5, false);
  now += 60s;
  CAF_CHECK(to_remove().empty());
}

CAF_TEST(what came and was done twice leaves once) {
  came_and_done(5);
  d.done(5);
  CAF_CHECK(to_remove() == seqs{5});
  d.done(5);
  CAF_CHECK(to_remove().empty());
}

CAF_TEST(so many removals are asked for at a time) {
  for (std::uint64_t seq = 1; seq <= 100; ++seq)
    came_and_done(seq);
  CAF_CHECK_EQUAL(to_remove().size(), 32u);
  CAF_CHECK(to_remove().empty());
  d.removed(1, true);
  CAF_CHECK(to_remove() == seqs{33});
}

CAF_TEST(a count waits for removals and they wait for it) {
  came_and_done(5);
  CAF_CHECK(to_remove() == seqs{5});
  came_and_done(7);
  CAF_CHECK(next() == step::none);
  CAF_CHECK(to_remove().empty());
  d.removed(5, true);
  CAF_CHECK(next() == step::count);
  CAF_CHECK(to_remove().empty());
  d.counted({.messages = 1, .last_seq = 20}, now);
  CAF_CHECK(next() == step::none);
  CAF_CHECK(to_remove() == seqs{7});
}

CAF_TEST(who may not count goes on with removals) {
  came_and_done(5);
  CAF_CHECK(next(false) == step::none);
  CAF_CHECK(to_remove() == seqs{5});
}

CAF_TEST(messages that are there and do not come are passed over) {
  for (int n = 0; n < 4; ++n, now += 1s)
    CAF_CHECK(count(1, 20));
  CAF_CHECK(next() == step::anew);
}

CAF_TEST(a message that is still coming is not passed over) {
  CAF_CHECK(count(1, 20));
  now += 1s;
  CAF_CHECK(count(1, 20));
  d.arrived(20);
  for (int n = 0; n < 60; ++n, now += 1s)
    CAF_CHECK(next() == step::none);
}

CAF_TEST(what is taken out after the count is missed by nobody) {
  CAF_CHECK(count(2, 20));
  came_and_done(5);
  CAF_CHECK(to_remove() == seqs{5});
  d.removed(5, true);
  d.arrived(7);
  for (int n = 0; n < 60; ++n, now += 1s)
    CAF_CHECK(next() == step::none);
}

CAF_TEST(a backlog that is coming is counted once) {
  CAF_CHECK(count(100, 200));
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    came_and_done(2 * seq);
    for (const auto one : to_remove())
      d.removed(one, true);
    now += 900ms;
    CAF_CHECK(next() == step::none);
  }
}

CAF_TEST(messages are passed over where others come all the time) {
  std::uint64_t there = 1;
  auto asked = 0, begun = 0;
  for (std::uint64_t seq = 20; seq < 40 && begun == 0; ++seq) {
    const auto r = next();
    if (r == step::count) {
      ++asked;
      d.counted({.messages = there, .last_seq = seq}, now);
    }
    begun += r == step::anew;
    now += 500ms;
    d.arrived(seq + 1);
    ++there;
  }
  CAF_CHECK_EQUAL(begun, 1);
  CAF_CHECK(asked >= 3);
}

CAF_TEST(while commands are under way nothing is held to be passed over) {
  d.arrived(5);
  busy = true;
  CAF_CHECK(count(2, 20));
  for (int n = 0; n < 60; ++n, now += 1s)
    CAF_CHECK(next() == step::none);
}

CAF_TEST(a partition that is begun in vain gets more patience after a while) {
  const auto once = until_anew();
  for (int n = 1; n < 4; ++n)
    CAF_CHECK(until_anew() <= once + 1s);
  CAF_CHECK(until_anew() >= once + 3s);
  for (int n = 0; n < 40; ++n)
    CAF_CHECK(until_anew() <= 100s);
  now += 1s;
  d.arrived(20);
  CAF_CHECK(count(1, 20));
  CAF_CHECK(next() == step::none);
  d.begin();
  CAF_CHECK(until_anew() <= once + 1s);
}

CAF_TEST(what the server cannot count is asked again) {
  CAF_CHECK(next() == step::count);
  d.not_counted();
  CAF_CHECK(next() == step::none);
  now += 1s;
  CAF_CHECK(next() == step::count);
  now += 4999ms;
  CAF_CHECK(next() == step::none);
  now += 1ms;
  CAF_CHECK(next() == step::count);
}

CAF_TEST(a new consumer begins with nothing) {
  came_and_done(5);
  CAF_CHECK(to_remove() == seqs{5});
  came_and_done(7);
  CAF_CHECK(count(9, 20) == false);
  d.begin();
  CAF_CHECK(to_remove().empty());
  CAF_CHECK(next() == step::count);
  d.begin();
  d.counted({.messages = 9, .last_seq = 20}, now);
  d.removed(5, true);
  now += 1s;
  CAF_CHECK(count(0, 20));
}

CAF_TEST(an idle partition is counted once and when it is to be rechecked) {
  CAF_CHECK(count(0, 20));
  now += 60s;
  CAF_CHECK(next() == step::none);
  d.recheck();
  CAF_CHECK(next(false) == step::none);
  CAF_CHECK(count(0, 20));
  CAF_CHECK(next() == step::none);
}

CAF_TEST_FIXTURE_SCOPE_END()

namespace {

/// A partition of a stream, a consumer that passes messages over, one who
/// served it before and whose removals still come, and answers that get lost.
struct world {
  nats::deliveries d;
  nats::deliveries::time_point now{100s};
  std::uint64_t last = 1;
  std::set<std::uint64_t> there, undone, open;
  std::uint64_t next_to_deliver = 1;

  void store() {
    last += static_cast<std::uint64_t>(*rc::gen::inRange(1, 3));
    there.insert(last);
    undone.insert(last);
  }
  void deliver(bool passed_over) {
    const auto at = there.lower_bound(next_to_deliver);
    if (at == there.end()) return;
    next_to_deliver = *at + 1;
    if (passed_over) return;
    open.insert(*at);
    d.arrived(*at);
  }
  void finish() {
    if (open.empty()) return;
    const auto at =
        std::next(open.begin(),
                  *rc::gen::inRange<long>(0, static_cast<long>(open.size())));
    undone.erase(*at);
    d.done(*at);
    open.erase(at);
  }
  /// By one who knows it to be done.
  void old_removal() {
    for (const auto seq : there)
      if (!undone.contains(seq)) {
        there.erase(seq);
        return;
      }
  }
  void begin() {
    d.begin();
    open.clear();
    next_to_deliver = 1;
  }
  static bool heard() {
    return *rc::gen::weightedElement<bool>({{4, true}, {1, false}});
  }
  /// The server does what it is asked for.
  void serve() {
    const auto r = d.next(now, times, !open.empty(), true);
    if (r == step::anew) return begin();
    if (r == step::count && heard())
      d.counted({.messages = there.size(), .last_seq = last}, now);
    for (const auto seq : d.to_remove(now, times)) {
      RC_ASSERT(!undone.contains(seq));
      const bool was_there = there.erase(seq) > 0;
      if (heard()) d.removed(seq, was_there);
    }
  }
};

}  // namespace

CAF_TEST(whatever was passed over is done in the end) {
  CAF_CHECK(rc::check("all is done, and the stream is empty", [] {
    world w;
    const auto steps =
        *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 13));
    for (const auto s : steps) {
      if (s < 4)
        w.store();
      else if (s < 8)
        w.deliver(s == 7);
      else if (s == 8)
        w.old_removal();
      else if (s == 9 && *rc::gen::inRange(0, 8) == 0)
        w.begin();
      else
        w.finish();
      w.serve();
      w.now += 300ms;
    }
    for (int n = 0; n < 4000 && !w.there.empty(); ++n) {
      if (n % 100 == 0) w.d.recheck();
      w.deliver(false);
      w.finish();
      w.serve();
      w.now += 300ms;
    }
    RC_ASSERT(w.undone.empty());
    RC_ASSERT(w.there.empty());
  }));
}
