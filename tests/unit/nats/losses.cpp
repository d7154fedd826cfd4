// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE stream_losses

#include "gateway/nats/stream_loss.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace std::chrono_literals;

namespace {

struct fixture {
  using time_point = gateway::nats::stream_loss::time_point;

  actors::readiness words{[] { return workflows::instant{}; }};
  gateway::nats::stream_loss loss{words, "lost", 10min};
  time_point start{};

  std::vector<std::string> told() {
    std::vector<std::string> all;
    for (const auto &w : words.warnings())
      all.push_back(w.detail);
    return all;
  }
};

using list = std::vector<std::string>;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(stream_loss_tests, fixture)

CAF_TEST(a loss is a warning for a while) {
  loss.pass(start);
  CAF_CHECK_EQUAL(told(), list{});
  loss.tell("gone", start);
  loss.pass(start + 10min - 1ms);
  CAF_CHECK_EQUAL(told(), list{"gone"});
  CAF_CHECK(words.ready());
  loss.pass(start + 10min);
  CAF_CHECK_EQUAL(told(), list{});
}

CAF_TEST(another loss begins its time anew) {
  loss.tell("gone", start);
  loss.tell("gone again", start + 5min);
  loss.pass(start + 10min);
  CAF_CHECK_EQUAL(told(), list{"gone again"});
  loss.pass(start + 15min);
  CAF_CHECK_EQUAL(told(), list{});
}

CAF_TEST_FIXTURE_SCOPE_END()
