// Limit actors: grants, waiting for grants' ends, reading anew.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE limit_actors
#include "campus_fixture.hpp"

namespace {

const int week = wf::week_thursday(wf::local_day(start, "America/New_York"), 1);

struct asked {
  std::shared_ptr<std::optional<answer<limit_answer>>> got =
      std::make_shared<std::optional<answer<limit_answer>>>();
  [[nodiscard]] bool answered() const { return got->has_value(); }
  [[nodiscard]] bool granted() const {
    return answered() && (**got).has_value() && (***got).ticket != nullptr;
  }
  [[nodiscard]] std::int64_t used() const { return (***got).used.front(); }
  void end(grant_fate fate) const {
    (***got).ticket->set(fate);
    (***got).ticket.reset();
  }
};

struct limits_fixture : one_node {
  asked ask(int minutes, bool reserve = true) {
    asked a;
    caf::anon_send(
        node()->limits,
        ask_limits{.claims = {{.key = {.kind = wf::limit_kind::tutor_week,
                                       .owner = "ann",
                                       .period = week},
                               .amount = minutes,
                               .cap = 100}},
                   .reserve = reserve,
                   .done = reply<limit_answer>{
                       [got = a.got](auto x) { got->emplace(std::move(x)); }}});
    consume_messages();
    return a;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(limit_tests, limits_fixture)

CAF_TEST(what fits is granted and counts for the next) {
  auto first = ask(60);
  CAF_CHECK(first.granted());
  CAF_CHECK_EQUAL(first.used(), 0);
  auto second = ask(40);
  CAF_CHECK(second.granted());
  CAF_CHECK_EQUAL(second.used(), 60);
}

CAF_TEST(what would pass waits until the grants before it have ended) {
  auto first = ask(60);
  auto second = ask(50);
  CAF_CHECK(!second.answered());
  first.end(grant_fate::dropped);
  consume_messages();
  CAF_CHECK(second.granted());
}

CAF_TEST(what passes after a grant was committed is refused by a fresh look) {
  auto first = ask(60);
  auto second = ask(50);
  first.end(grant_fate::committed);
  const auto reads = hooks().counters;
  consume_messages();
  // The grant was never written by a journal here: the fresh look shows 0.
  CAF_CHECK_EQUAL(hooks().counters, reads + 1);
  CAF_CHECK(second.granted());
}

CAF_TEST(a query that would pass holds nothing) {
  auto refused = ask(101);
  CAF_CHECK(refused.answered());
  CAF_CHECK(!refused.granted());
  CAF_CHECK(ask(100).granted());
}

CAF_TEST(a question without reserve holds nothing) {
  auto query = ask(100, false);
  CAF_CHECK(query.answered());
  CAF_CHECK(!query.granted());
  CAF_CHECK(ask(100).granted());
}

CAF_TEST(a counter is read once while nothing speaks against it) {
  auto first = ask(10);
  first.end(grant_fate::committed);
  consume_messages();
  const auto reads = hooks().counters;
  CAF_CHECK_EQUAL(ask(10).used(), 10);
  CAF_CHECK_EQUAL(hooks().counters, reads);
}

CAF_TEST(an unknown fate makes it read anew) {
  auto first = ask(10);
  first.end(grant_fate::unknown);
  consume_messages();
  CAF_CHECK_EQUAL(ask(10).used(), 0);
}

CAF_TEST(a read that fails is answered and the next question reads again) {
  hooks().before_load = fails(recapd::storage::fault::unavailable, always);
  auto failed = ask(10);
  CAF_CHECK(failed.answered());
  CAF_CHECK(!(**failed.got).has_value());
  hooks().before_load = [] {};
  CAF_CHECK(ask(10).granted());
}

CAF_TEST(an idle limit actor leaves and its successor reads) {
  ask(10).end(grant_fate::dropped);
  consume_messages();
  const auto reads = hooks().counters;
  pass(10min);
  CAF_CHECK(ask(10).granted());
  CAF_CHECK_EQUAL(hooks().counters, reads + 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
