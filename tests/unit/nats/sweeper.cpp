// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_sweeper
#include "gateway/nats/sweeper.hpp"

#include "caf/test/unit_test.hpp"
#include <vector>

using namespace recapd::gateway;
using namespace recapd::gateway::nats;
using namespace std::chrono_literals;

namespace {

struct fixture {
  std::vector<nats::message> sent;
  nats::sweeper::partition_map all;
  nats::sweeper sweeper{{},
                        [this](const nats::message &m) { sent.push_back(m); }};
  nats::sweeper::time_point now{100s};

  fixture() {
    for (const unsigned n : {1U, 2U, 3U})
      all[n].begin("recapd-p" + std::to_string(n) + "-77-5");
  }
  void sweep() {
    sent.clear();
    sweeper.sweep(all, "IN", now);
  }
  /// To the only request.
  void answer(std::string_view text) {
    CAF_REQUIRE_EQUAL(sent.size(), 1u);
    CAF_CHECK(sweeper.on_answer(all, std::string_view{sent[0].reply}.substr(3),
                                text, now));
  }
  void came_and_done(unsigned n, std::uint64_t seq, std::uint64_t delivery) {
    auto &p = all[n];
    (void)p.arrived({.consumer = p.consumer(),
                     .stream_seq = seq,
                     .consumer_seq = delivery,
                     .stored_at = {}});
    p.begin_alone();
    nats::item item;
    item.stream_seq = seq;
    (void)p.finished(item);
  }
};

constexpr std::string_view none = R"({"state":{"last_seq":9}})";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sweeper_tests, fixture)

CAF_TEST(the partitions take turns in being counted) {
  for (const std::string n : {"1", "2", "3"}) {
    sweep();
    CAF_REQUIRE_EQUAL(sent.size(), 1u);
    CAF_CHECK_EQUAL(sent[0].subject, "$JS.API.STREAM.INFO.RECAPD");
    CAF_CHECK_EQUAL(sent[0].data,
                    R"({"subjects_filter":"recapd.commands.)" + n + R"(.*"})");
    const auto asked = sent;
    sweep();
    CAF_CHECK(sent.empty());
    sent = asked;
    answer(none);
  }
  now += 999ms;
  sweep();
  CAF_CHECK(sent.empty());
}

CAF_TEST(a count that is not answered holds the others for a while only) {
  sweep();
  now += 4999ms;
  sweep();
  CAF_CHECK(sent.empty());
  now += 1ms;
  sweep();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK(sent[0].data.find("commands.2.") != std::string::npos);
  sweeper.forget();
  sweep();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK(sent[0].data.find("commands.3.") != std::string::npos);
}

CAF_TEST(what is done is deleted message by message) {
  came_and_done(1, 4, 1);
  came_and_done(1, 6, 2);
  all.erase(2);
  all.erase(3);
  sweep();
  answer(R"({"total":2,"state":{"last_seq":9,"subjects":{"a":1,"b":1}}})");
  sweep();
  CAF_REQUIRE_EQUAL(sent.size(), 2u);
  CAF_CHECK_EQUAL(sent[0].subject, "$JS.API.STREAM.MSG.DELETE.RECAPD");
  CAF_CHECK_EQUAL(sent[0].data, R"({"seq":4,"no_erase":true})");
  CAF_CHECK_EQUAL(sent[1].data, R"({"seq":6,"no_erase":true})");
  const auto asked = sent;
  const auto hear = [&](std::size_t n, std::string_view text) {
    CAF_CHECK(sweeper.on_answer(all, std::string_view{asked[n].reply}.substr(3),
                                text, now));
  };
  hear(0, R"({"success":true})");
  // The server cannot delete the message now: it is asked again.
  hear(1, R"({"error":{"code":503,"err_code":10008}})");
  now += 5s;
  sweep();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK_EQUAL(sent[0].data, asked[1].data);
  hear(1, R"({"error":{"code":400,"err_code":10043}})");
  now += 60s;
  all[1].delivered().counted({}, now);
  sweep();
  for (const auto &m : sent)
    CAF_CHECK(m.subject.find("DELETE") == std::string::npos);
}

CAF_TEST(an answer for a consumer of before is for nobody) {
  all.erase(2);
  all.erase(3);
  sweep();
  auto &p = all[1];
  p.halt({});
  p.begin("recapd-p1-77-6");
  answer(R"({"total":1,"state":{"last_seq":9,"subjects":{"a":1}}})");
  now += 1s;
  sweep();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK_EQUAL(sent[0].subject, "$JS.API.STREAM.INFO.RECAPD");
  CAF_CHECK(sent[0].reply.find("recapd-p1-77-6-") != std::string::npos);
}

CAF_TEST(a partition of which messages do not come is halted) {
  all.erase(2);
  all.erase(3);
  bool halted = false;
  for (int n = 0; n < 9 && !halted; ++n, now += 1s) {
    sent.clear();
    halted = sweeper.sweep(all, "IN", now);
    if (!halted)
      answer(R"({"total":1,"state":{"last_seq":9,"subjects":{"a":1}}})");
  }
  CAF_CHECK(halted);
  CAF_CHECK(all[1].halted());
}

CAF_TEST(messages that are not asked for need not come) {
  all.erase(2);
  all.erase(3);
  for (int n = 0; n < 60; ++n, now += 1s) {
    sent.clear();
    CAF_CHECK(!sweeper.sweep(all, "IN", now, true));
    if (!sent.empty())
      answer(R"({"total":1,"state":{"last_seq":9,"subjects":{"a":1}}})");
  }
  CAF_CHECK(!all[1].halted());
}

CAF_TEST(the status of a request for messages is no answer to a sweep) {
  CAF_CHECK(!sweeper.on_answer(all, "recapd-p1-77-5", "", now));
}

CAF_TEST(a count is the sum over all subjects) {
  const auto c = parse_stream_count(
      R"({"total":2,"state":{"last_seq":9,"subjects":{"a":3,"b":4}}})");
  CAF_REQUIRE(c);
  CAF_CHECK_EQUAL(c->messages, 7u);
  CAF_CHECK_EQUAL(c->last_seq, 9u);
  const auto nothing = parse_stream_count(none);
  CAF_REQUIRE(nothing);
  CAF_CHECK_EQUAL(nothing->messages, 0u);
}

CAF_TEST(what does not tell of all subjects is no count) {
  for (const std::string_view text :
       {R"({"total":100001,"state":{"last_seq":9,"subjects":{"a":3}}})",
        R"({"total":1,"state":{"last_seq":9}})",
        R"({"error":{"code":500},"state":{}})", R"({"state":{}})",
        R"({"error":{"code":503}})",
        R"({"state":{"last_seq":9,"subjects":[]}})",
        R"({"state":{"last_seq":9,"subjects":{"a":-1}}})", "[]", "", "{"})
    CAF_CHECK_EQUAL(parse_stream_count(text).has_value(), false);
}

CAF_TEST_FIXTURE_SCOPE_END()
