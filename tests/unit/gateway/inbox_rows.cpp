// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE inbox_rows
#include <array>
#include <condition_variable>
#include <mutex>

#include "gateway/inbox/ingress.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;

namespace {

struct fixture : world {
  std::mutex mutex;
  std::condition_variable committed;
  int commits = 0;
  std::shared_ptr<void> token;

  fixture() { watch(); }

  void watch() {
    token = engine->on_commit([this] {
      const std::lock_guard lock{mutex};
      ++commits;
      committed.notify_all();
    });
  }

  /// Nothing when it does not come within 20 s.
  std::optional<storage::outcome_row> wait_outcome(const std::string &id) {
    const std::array<storage::command_key, 1> keys{{{"/test", id}}};
    const auto db = store();
    std::unique_lock lock{mutex};
    std::optional<storage::outcome_row> found;
    const auto is_there = [&] {
      found = db->find_outcomes(keys).front();
      return found.has_value();
    };
    // A refusal is no commit that is told.
    for (auto i = 0; i < 2000; ++i)
      if (committed.wait_for(lock, 10ms, is_there)) break;
    return found;
  }

  void insert(const boost::json::value &e) { store()->insert_inbox(text(e)); }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(inbox_tests, fixture)

CAF_TEST(a row becomes a command and leaves the inbox) {
  insert(schedule("c-1", "s-1"));
  inbox::ingress in{*engine, "", *meters};
  const auto o = wait_outcome("c-1");
  CAF_REQUIRE(o.has_value());
  CAF_CHECK(!o->refused());
  CAF_CHECK(o->received_at == first_moment());
  in.stop();
  CAF_CHECK_EQUAL(store()->read_inbox(0, 10).size(), 0u);
}

CAF_TEST(rows that come later are found) {
  inbox::ingress in{*engine, "", *meters, {.poll = 5ms}};
  insert(schedule("c-1", "s-1"));
  CAF_CHECK(wait_outcome("c-1").has_value());
  insert(schedule("c-2", "s-2"));
  CAF_CHECK(wait_outcome("c-2").has_value());
}

CAF_TEST(rows of one session are taken in their order) {
  insert(schedule("c-0", "s-1"));
  insert(event("c-1", "participant.accept", "s-1", "student:bob",
               R"({"student":"bob"})"));
  for (int i = 2; i < 40; ++i)
    insert(event("c-" + std::to_string(i),
                 i % 2 == 0 ? "call.join" : "call.leave", "s-1", "student:bob",
                 R"({"participant":"student:bob"})"));
  insert(event("c-40", "session.cancel", "s-1", "tutor:ann",
               R"({"reason":"over"})"));
  inbox::ingress in{*engine, "", *meters, {.max_in_flight = 7, .page = 3}};
  const auto last = wait_outcome("c-40");
  CAF_REQUIRE(last.has_value());
  CAF_CHECK(!last->refused());
  CAF_CHECK_EQUAL(store()->refused_outcomes("s-1", "", 100).size(), 0u);
}

CAF_TEST(behind a row that is not answered none of its session is decided) {
  token.reset();
  lose_one();
  insert(schedule("c-lost", "s-1"));
  insert(event("c-1", "participant.accept", "s-1", "student:bob",
               R"({"student":"bob"})"));
  insert(event("c-2", "call.join", "s-1", "student:bob",
               R"({"participant":"student:bob"})"));
  watch();
  inbox::ingress in{*engine, "", *meters, {.backoff = 1ms}};
  for (const auto *id : {"c-2", "c-1", "c-lost"}) {
    const auto o = wait_outcome(id);
    CAF_REQUIRE(o.has_value());
    CAF_CHECK(!o->refused());
  }
}

CAF_TEST(what cannot be taken becomes a dead letter with its reason) {
  store()->insert_inbox("not JSON");
  store()->insert_inbox(R"({"id":"x","id":"y"})");
  auto no_actor = schedule("c-0", "s-0");
  no_actor.erase("authid");
  insert(no_actor);
  insert(schedule("c-1", "s-1"));
  inbox::ingress in{*engine, "", *meters};
  CAF_CHECK(wait_outcome("c-1").has_value());
  in.stop();
  const auto letters = store()->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(letters.size(), 3u);
  CAF_CHECK_EQUAL(letters[0].event, "not JSON");
  for (const auto &d : letters) {
    CAF_CHECK_EQUAL(d.code, "malformed");
    CAF_CHECK_EQUAL(d.ingress, "inbox");
    CAF_CHECK(!d.reason.empty());
  }
  CAF_CHECK_EQUAL(store()->read_inbox(0, 10).size(), 0u);
}

CAF_TEST(an identity that comes again is a duplicate or a dead letter) {
  insert(schedule("c-1", "s-1"));
  insert(schedule("c-1", "s-1"));
  insert(schedule("c-1", "s-2"));
  insert(schedule("c-2", "s-1"));
  insert(schedule("c-3", "s-2"));
  inbox::ingress in{*engine, "", *meters};
  CAF_CHECK(wait_outcome("c-2").has_value());
  CAF_CHECK(wait_outcome("c-3").has_value());
  in.stop();
  const auto letters = store()->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(letters.size(), 1u);
  CAF_CHECK_EQUAL(letters[0].code, "id-reused");
  CAF_CHECK_EQUAL(store()->read_inbox(0, 10).size(), 0u);
}

CAF_TEST(rows that a draining engine did not take stay) {
  insert(schedule("c-1", "s-1"));
  engine->drain();
  inbox::ingress in{*engine, "", *meters, {.poll = 1ms, .backoff = 1ms}};
  in.stop();
  CAF_CHECK_EQUAL(store()->read_inbox(0, 10).size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
