// Children that are passivated while messages for them are on their way.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE children
#include "campus_fixture.hpp"

CAF_TEST_FIXTURE_SCOPE(children_tests, one_node)

CAF_TEST(a command that meets a passivating session is not lost) {
  schedule("s1");
  const auto &shard = node()->shard_of("s1");
  this->shard(shard).sessions->passivate_idle(
      caf::actor_clock::time_point::max());
  auto p = post(accept_command("s1"));
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "accepted");
}

CAF_TEST(a busy session ends when its work is done) {
  schedule("s1");
  auto p = post(accept_command("s1"));
  // The command reaches the session, and is on its way when it is passivated.
  while (hooks().appends < 2 && sched.try_run_once()) {
    this->shard(node()->shard_of("s1"))
        .sessions->passivate_idle(caf::actor_clock::time_point::max());
  }
  auto second = post(complete_command("s1", 60));
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "accepted");
  CAF_CHECK_EQUAL(second.word(), "accepted");
}

CAF_TEST(a session that died is spawned anew) {
  schedule("s1");
  kill_sessions();
  consume_messages();
  CAF_CHECK_EQUAL(resident(), 0u);
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
}

CAF_TEST_FIXTURE_SCOPE_END()
