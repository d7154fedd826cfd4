// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_partitions
#include "gateway/nats/partition.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::nats;
using namespace std::chrono_literals;

namespace {

using kind = nats::partition::arrival_kind;

struct fixture {
  nats::partition p;
  nats::partition::time_point now{1s};
  std::uint64_t seq = 0;

  fixture() { p.begin("c"); }

  kind arrive(std::uint64_t stream_seq) {
    return p.arrived({.consumer = "c",
                      .stream_seq = stream_seq,
                      .consumer_seq = ++seq,
                      .stored_at = {}});
  }
  nats::item_ptr item(std::uint64_t stream_seq, const std::string &session) {
    CAF_CHECK(arrive(stream_seq) == kind::taken);
    auto made = std::make_shared<nats::item>();
    made->stream_seq = stream_seq;
    made->session = session;
    return made;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(partition_tests, fixture)

CAF_TEST(of a session the next goes on when the one before is done) {
  const auto a1 = item(1, "a"), a2 = item(2, "a"), b1 = item(3, "b");
  CAF_CHECK(p.line_up(a1) == a1);
  CAF_CHECK(p.line_up(a2) == nullptr);
  CAF_CHECK(p.line_up(b1) == b1);
  CAF_CHECK(p.finished(*a1) == a2);
  CAF_CHECK(p.finished(*a2) == nullptr);
  CAF_CHECK(!p.at_rest());
  CAF_CHECK(p.finished(*b1) == nullptr);
  CAF_CHECK(p.at_rest());
}

CAF_TEST(after a fault nothing more of a session goes on) {
  const auto a1 = item(1, "a"), a2 = item(2, "a");
  CAF_CHECK(p.line_up(a1) == a1);
  CAF_CHECK(p.line_up(a2) == nullptr);
  p.halt(now);
  CAF_CHECK(p.finished(*a1) == nullptr);
  CAF_CHECK(p.at_rest());
  CAF_CHECK_EQUAL(p.ask(10, now, now + 1s), 0u);
  p.begin("d");
  seq = 0;
  const auto again = item(2, "a");
  CAF_CHECK(p.line_up(again) == again);
}

CAF_TEST(a delivery that got lost is a gap) {
  CAF_CHECK(arrive(1) == kind::taken);
  ++seq;
  CAF_CHECK(arrive(3) == kind::gap);
}

CAF_TEST(what is under way already is known) {
  const auto a1 = item(1, "a");
  CAF_CHECK(p.line_up(a1) == a1);
  CAF_CHECK(arrive(1) == kind::known);
  CAF_CHECK(p.finished(*a1) == nullptr);
  CAF_CHECK(arrive(1) == kind::taken);
}

CAF_TEST(no more is asked for than there is room) {
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 4u);
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 0u);
  std::vector<nats::item_ptr> taken;
  for (std::uint64_t n = 1; n <= 4; ++n)
    (void)p.line_up(taken.emplace_back(item(n, std::to_string(n))));
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 0u);
  (void)p.finished(*taken[0]);
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 0u);
  (void)p.finished(*taken[1]);
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 2u);
}

CAF_TEST(an answer that never comes is waited for until its end) {
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 4u);
  CAF_CHECK_EQUAL(p.ask(4, now + 999ms, now + 2s), 0u);
  CAF_CHECK_EQUAL(p.ask(4, now + 1s, now + 2s), 4u);
  p.asked_ended();
  CAF_CHECK_EQUAL(p.ask(4, now + 1s, now + 2s), 4u);
}

CAF_TEST(what is done is to leave the stream) {
  const nats::deliveries::times times{};
  const auto a1 = item(1, "a"), b2 = item(2, "b");
  for (const auto &one : {a1, b2})
    (void)p.line_up(one);
  CAF_CHECK(p.delivered().to_remove(now, times).empty());
  CAF_CHECK(p.busy());
  (void)p.finished(*b2);
  CAF_CHECK(p.delivered().to_remove(now, times)
            == std::vector<std::uint64_t>{2});
  p.halt(now);
  (void)p.finished(*a1);
  CAF_CHECK(!p.busy());
  p.delivered().removed(2, true);
  CAF_CHECK(p.delivered().to_remove(now, times).empty());
}

CAF_TEST(a consumer that does not answer a request in time is gone) {
  CAF_CHECK(!p.unheard(now + 9s));
  CAF_CHECK_EQUAL(p.ask(4, now, now + 1s), 4u);
  CAF_CHECK(!p.unheard(now + 999ms));
  CAF_CHECK(p.unheard(now + 1s));
  p.asked_ended();
  CAF_CHECK(!p.unheard(now + 1s));
}

CAF_TEST_FIXTURE_SCOPE_END()
