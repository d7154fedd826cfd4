// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_backlog
#include "gateway/nats/backlog.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::nats;

namespace {

using answer = actors::answer<actors::outcome>;

struct fixture {
  std::size_t room = 0;
  std::vector<std::string> submitted;
  std::vector<std::string> unavailable;
  std::vector<nats::backlog::reply> under_way;
  nats::backlog backlog{
      [this](actors::submission &&s, const nats::backlog::reply &done) {
        if (room == 0) return false;
        --room;
        submitted.push_back(actors::submission{std::move(s)}.id);
        under_way.push_back(done);
        return true;
      }};

  nats::item_ptr pass(const std::string &id, unsigned partition = 0) {
    auto item = std::make_shared<nats::item>();
    item->partition = partition;
    item->command.emplace().id = id;
    backlog.pass(item, nats::backlog::reply{[this, id](const answer &a) {
                   if (!a.has_value()) unavailable.push_back(id);
                 }});
    return item;
  }
};

using words = std::vector<std::string>;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(backlog_tests, fixture)

CAF_TEST(what finds room goes through at once) {
  room = 2;
  const auto item = pass("a");
  CAF_CHECK(submitted == words{"a"});
  CAF_CHECK(!item->command);
  CAF_CHECK(backlog.empty());
  CAF_CHECK(unavailable.empty());
}

CAF_TEST(what finds none waits whole and in order and is no fault) {
  room = 1;
  pass("a");
  const auto b = pass("b"), c = pass("c");
  CAF_CHECK(!backlog.empty());
  backlog.submit_waiting();
  CAF_CHECK(submitted == words{"a"});
  CAF_CHECK_EQUAL(b->command->id, "b");
  room = 1;
  // d does not overtake b and c, which wait.
  pass("d");
  CAF_CHECK((submitted == words{"a", "b"}));
  room = 9;
  backlog.submit_waiting();
  CAF_CHECK((submitted == words{"a", "b", "c", "d"}));
  CAF_CHECK(backlog.empty());
  CAF_CHECK(unavailable.empty());
}

CAF_TEST(what is dropped is answered that it has to come again) {
  pass("a", 1);
  pass("b", 2);
  pass("c", 1);
  backlog.drop_if([](const nats::item &i) { return i.partition == 1; });
  CAF_CHECK((unavailable == words{"a", "c"}));
  room = 9;
  backlog.submit_waiting();
  CAF_CHECK(submitted == words{"b"});
}

CAF_TEST_FIXTURE_SCOPE_END()
