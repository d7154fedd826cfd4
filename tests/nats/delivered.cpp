// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_delivered
#include "ingress/nats_delivered.hpp"

#include "caf/test/unit_test.hpp"
#include <algorithm>
#include <rapidcheck.h>
#include <set>
#include <vector>

using namespace recapd::ingress;
using namespace std::chrono_literals;

namespace {

using step = nats_delivered::step;

constexpr nats_delivered::times times{
    .every = 1s, .answer = 5s, .patience = 3s};

struct fixture {
  nats_delivered d;
  nats_delivered::time_point now{100s};
  std::set<std::uint64_t> open;

  nats_delivered::request next(bool may_count = true) {
    return d.next(now, times,
                  open.empty() ? std::nullopt : std::optional{*open.begin()},
                  may_count);
  }
  bool is_next(step what, std::uint64_t seq = 0) {
    const auto r = next();
    return r.what == what && r.seq == seq;
  }
  void arrive(std::uint64_t seq) {
    open.insert(seq);
    d.arrived(seq);
  }
  /// Asked for, and told.
  bool count(std::uint64_t messages, std::uint64_t last_seq) {
    if (!is_next(step::count)) return false;
    d.counted({.messages = messages, .last_seq = last_seq}, now);
    return true;
  }
  /// Three came, and the stream has no more.
  void three_came() {
    for (const auto seq : {5U, 7U, 9U})
      arrive(seq);
    CAF_CHECK(count(3, 20));
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(delivered_tests, fixture)

CAF_TEST(what came and is done is purged when the stream has no more) {
  three_came();
  CAF_CHECK(is_next(step::none));
  open.erase(5);
  open.erase(7);
  CAF_CHECK(is_next(step::remove, 5));
  CAF_CHECK(is_next(step::none));
  d.removed(5, true);
  CAF_CHECK(is_next(step::purge, 9));
  CAF_CHECK(is_next(step::none));
  d.purged(9);
  CAF_CHECK(is_next(step::none));
  open.erase(9);
  CAF_CHECK(is_next(step::none));
  now += 1s;
  CAF_CHECK(is_next(step::purge, 10));
  d.purged(10);
  now += 60s;
  CAF_CHECK(is_next(step::none));
}

CAF_TEST(nothing is purged while the stream has more than came) {
  for (const auto seq : {5U, 7U, 9U})
    d.arrived(seq);
  CAF_CHECK(count(4, 20));
  CAF_CHECK(is_next(step::none));
  d.arrived(11);
  CAF_CHECK(is_next(step::remove, 5));
}

CAF_TEST(what came behind the count is not counted and not purged) {
  for (const auto seq : {5U, 7U, 21U})
    d.arrived(seq);
  CAF_CHECK(count(2, 20));
  CAF_CHECK(is_next(step::remove, 5));
  d.removed(5, true);
  CAF_CHECK(is_next(step::purge, 21));
  d.purged(21);
  now += 1s;
  CAF_CHECK(count(1, 21));
  CAF_CHECK(is_next(step::remove, 21));
}

CAF_TEST(messages that are there and do not come are passed over) {
  CAF_CHECK(count(1, 20));
  for (int n = 0; n < 3; ++n) {
    now += 1s;
    CAF_CHECK(count(1, 20));
  }
  now += 1s;
  CAF_CHECK(is_next(step::anew));
}

CAF_TEST(a message that is still coming is not passed over) {
  CAF_CHECK(count(1, 20));
  now += 1s;
  CAF_CHECK(count(1, 20));
  d.arrived(20);
  now += 60s;
  CAF_CHECK(is_next(step::remove, 20));
}

CAF_TEST(a backlog that is coming is counted once) {
  CAF_CHECK(count(100, 200));
  for (std::uint64_t seq = 1; seq < 100; ++seq) {
    arrive(2 * seq);
    open.erase(2 * seq);
    now += 900ms;
    CAF_CHECK(is_next(step::none));
  }
  arrive(200);
  open.clear();
  CAF_CHECK(is_next(step::remove, 2));
}

CAF_TEST(messages are passed over where others come all the time) {
  auto asked = 0, begun = 0;
  for (std::uint64_t seq = 20; seq < 40 && begun == 0; ++seq) {
    const auto r = next();
    if (r.what == step::count) {
      ++asked;
      d.counted({.messages = seq - 20 + 1, .last_seq = seq}, now);
    }
    begun += r.what == step::anew;
    CAF_CHECK(r.what != step::remove && r.what != step::purge);
    now += 500ms;
    d.arrived(seq + 1);
  }
  CAF_CHECK_EQUAL(begun, 1);
  CAF_CHECK(asked >= 3);
}

CAF_TEST(while commands are under way nothing is held to be passed over) {
  arrive(5);
  CAF_CHECK(count(2, 20));
  for (int n = 0; n < 60; ++n) {
    now += 1s;
    CAF_CHECK(is_next(step::none));
  }
}

CAF_TEST(a partition that is begun in vain has more and more patience) {
  const auto until_anew = [&] {
    const auto from = now;
    for (;; now += 1s) {
      const auto r = next();
      if (r.what == step::anew) return now - from;
      if (r.what == step::count)
        d.counted({.messages = 1, .last_seq = 20}, now);
    }
  };
  const auto once = until_anew();
  d.begin();
  const auto twice = until_anew();
  CAF_CHECK(twice >= once + 2s);
  d.begin();
  CAF_CHECK(until_anew() >= twice + 5s);
  d.begin();
  now += 1s;
  d.arrived(20);
  CAF_CHECK(count(1, 20));
  CAF_CHECK(is_next(step::remove, 20));
  d.begin();
  CAF_CHECK(until_anew() == once + 1s);
}

CAF_TEST(after a purge by another equal numbers do not deceive) {
  // It took out 5; 15 is there and never came.
  for (const auto seq : {5U, 12U})
    d.arrived(seq);
  CAF_CHECK(count(2, 20));
  CAF_CHECK(is_next(step::remove, 5));
  d.removed(5, false);
  now += 1s;
  CAF_CHECK(count(2, 20));
  CAF_CHECK(is_next(step::none));
}

CAF_TEST(a removal that is not answered is asked for again) {
  d.arrived(5);
  d.arrived(7);
  CAF_CHECK(count(2, 20));
  CAF_CHECK(is_next(step::remove, 5));
  now += 4999ms;
  CAF_CHECK(is_next(step::none));
  now += 1ms;
  CAF_CHECK(is_next(step::remove, 5));
  d.removed(5, false);
  CAF_CHECK(count(1, 20));
  CAF_CHECK(is_next(step::remove, 7));
}

CAF_TEST(a purge that is not answered is asked for again) {
  d.arrived(5);
  d.arrived(7);
  CAF_CHECK(count(2, 20));
  CAF_CHECK(is_next(step::remove, 5));
  d.removed(5, true);
  CAF_CHECK(is_next(step::purge, 8));
  now += 5s;
  CAF_CHECK(is_next(step::purge, 8));
}

CAF_TEST(what the server cannot count is asked again) {
  d.arrived(5);
  CAF_CHECK(is_next(step::count));
  d.not_counted();
  CAF_CHECK(is_next(step::none));
  now += 1s;
  CAF_CHECK(is_next(step::count));
  now += 5s;
  CAF_CHECK(is_next(step::count));
}

CAF_TEST(a new consumer begins with nothing) {
  three_came();
  open.clear();
  CAF_CHECK(is_next(step::remove, 5));
  d.removed(5, true);
  d.begin();
  CAF_CHECK(is_next(step::none));
  now += 1s;
  CAF_CHECK(is_next(step::count));
  d.begin();
  d.removed(5, true);
  d.purged(20);
  d.counted({.messages = 0, .last_seq = 20}, now);
  CAF_CHECK(is_next(step::none));
  d.arrived(6);
  now += 1s;
  CAF_CHECK(count(1, 20));
  CAF_CHECK(is_next(step::remove, 6));
}

CAF_TEST(an idle partition is counted once and when it is to be rechecked) {
  CAF_CHECK(count(0, 20));
  now += 60s;
  CAF_CHECK(is_next(step::none));
  d.recheck();
  CAF_CHECK_EQUAL(next(false).what, step::none);
  CAF_CHECK(count(0, 20));
  CAF_CHECK(is_next(step::none));
}

CAF_TEST(where fewer are there than came it begins anew) {
  d.arrived(5);
  d.arrived(7);
  for (int n = 0; n < 3; ++n) {
    CAF_CHECK(count(1, 20));
    CAF_CHECK(is_next(step::none));
    now += 1s;
  }
  CAF_CHECK(count(1, 20));
  CAF_CHECK(is_next(step::anew));
}

CAF_TEST_FIXTURE_SCOPE_END()

namespace {

/// A partition of a stream, a consumer that passes messages over, one who
/// served it before and whose purges still come, and answers that get lost.
struct world {
  nats_delivered d;
  nats_delivered::time_point now{100s};
  std::uint64_t last = 1;
  std::set<std::uint64_t> there, undone, open, old_done;
  std::uint64_t next_to_deliver = 1;
  bool storing = true;
  std::vector<nats_delivered::request> sent;

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
    open.erase(at);
  }
  /// By one who knows all below it to be done.
  void old_purge() {
    const auto to = undone.empty() ? last + 1 : *undone.begin();
    there.erase(there.begin(), there.lower_bound(to));
  }
  void begin() {
    d.begin();
    open.clear();
    next_to_deliver = 1;
  }
  /// At the server. Whether it was there, for a removal.
  bool take_out(const nats_delivered::request &r) {
    if (r.what == step::remove) {
      RC_ASSERT(undone.count(r.seq) == 0);
      return there.erase(r.seq) > 0;
    }
    RC_ASSERT(r.seq > 1);  // else it would be a purge of all
    const auto end = there.lower_bound(r.seq);
    for (auto at = there.begin(); at != end; ++at)
      RC_ASSERT(undone.count(*at) == 0);
    there.erase(there.begin(), end);
    return true;
  }
  /// A request of some time ago, which was on its way for long.
  void late() {
    if (!sent.empty())
      take_out(sent[*rc::gen::inRange<std::size_t>(0, sent.size())]);
  }
  /// The server does it; whether we hear of it is another matter.
  void serve() {
    const auto r = d.next(
        now, times, open.empty() ? std::nullopt : std::optional{*open.begin()},
        true);
    if (r.what == step::anew) return begin();
    if (r.what == step::none) return;
    const bool heard = *rc::gen::weightedElement<bool>({{4, true}, {1, false}});
    if (r.what == step::count) {
      const auto seen = last;
      if (storing && *rc::gen::inRange(0, 4) == 0) store();
      if (heard) d.counted({.messages = there.size(), .last_seq = seen}, now);
      return;
    }
    sent.push_back(r);
    const bool was_there = take_out(r);
    if (!heard) return;
    if (r.what == step::remove)
      d.removed(r.seq, was_there);
    else
      d.purged(r.seq);
  }
};

}  // namespace

CAF_TEST(whatever happens nothing leaves the stream before it is done) {
  CAF_CHECK(rc::check("only what is done leaves", [] {
    world w;
    const auto steps =
        *rc::gen::container<std::vector<int>>(300, rc::gen::inRange(0, 20));
    for (const auto s : steps) {
      if (s < 4)
        w.store();
      else if (s < 9)
        w.deliver(false);
      else if (s == 9)
        w.deliver(true);
      else if (s < 14)
        w.finish();
      else if (s == 14)
        w.old_purge();
      else if (s == 16)
        w.late();
      else if (s == 15 && *rc::gen::inRange(0, 8) == 0)
        w.begin();
      else
        w.serve();
      w.now += 300ms;
    }
  }));
}

CAF_TEST(whatever was passed over is done in the end) {
  CAF_CHECK(rc::check("all is done, and the stream is empty", [] {
    world w;
    const auto steps =
        *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 12));
    for (const auto s : steps) {
      if (s < 4)
        w.store();
      else if (s < 8)
        w.deliver(s == 7);
      else if (s == 8)
        w.old_purge();
      else
        w.finish();
      w.serve();
      w.now += 300ms;
    }
    w.storing = false;
    for (int n = 0; n < 2000 && !w.there.empty(); ++n) {
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
