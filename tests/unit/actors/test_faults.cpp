// A store that fails: certainly, or nobody knows.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE faults
#include "campus_fixture.hpp"

using recapd::storage::fault;
using recapd::storage::storage_error;

CAF_TEST_FIXTURE_SCOPE(fault_tests, one_node)

CAF_TEST(a commit that failed leaves no trace) {
  hooks().before_append = fails(fault::unavailable);
  CAF_CHECK_EQUAL(schedule("s1"), "unavailable");
  CAF_CHECK_EQUAL(state("s1"), "none");
  pass(1s);
  CAF_CHECK_EQUAL(schedule("s1"), "accepted");
}

CAF_TEST(a lost answer to a written commit is found) {
  schedule("s1");
  hooks().after_append = fails(fault::outcome_unknown);
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
  CAF_CHECK_EQUAL(store->history("s1").size(), 2u);
}

CAF_TEST(a lost answer to an unwritten commit is written again) {
  schedule("s1");
  hooks().before_append = fails(fault::outcome_unknown);
  auto p = post(accept_command("s1"));
  consume_messages();
  pass(1s);
  if (p.word() == "unavailable") CAF_CHECK_EQUAL(accept("s1"), "accepted");
  CAF_CHECK_EQUAL(store->history("s1").size(), 2u);
}

CAF_TEST(what a commit that was written unseen left due is done at once) {
  pass(1s);  // the timers' first look for what is overdue
  // A session that began two hours ago has a reminder due.
  auto late = schedule_command("s1", {"bob"}, "ann", start - 2h);
  hooks().after_append = fails(fault::outcome_unknown);
  CAF_CHECK_EQUAL(run(late), "accepted");
  pass(1s);  // the journal looks whether the database is back
  CAF_CHECK_EQUAL(store->history("s1").size(), 2u);
}

CAF_TEST(hours of a commit that failed are given back) {
  ready("s1");
  hooks().before_append = fails(fault::unavailable);
  CAF_CHECK_EQUAL(complete("s1", 90), "unavailable");
  pass(1s);
  CAF_CHECK_EQUAL(anns_minutes(), 0);
  // One session a day for the pair: a grant left behind would refuse this.
  CAF_CHECK_EQUAL(complete("s1", 90), "accepted");
}

CAF_TEST(hours of a session killed before its commit are given back) {
  ready("s1");
  auto p = post(complete_command("s1", 90));
  // One message at a time, until a limit actor has granted something.
  while (!p.answered() && sched.try_run_once()) {
    kill_sessions();
  }
  consume_messages();
  CAF_CHECK_EQUAL(p.word(), "unavailable");
  CAF_CHECK_EQUAL(complete("s1", 90), "accepted");
}

CAF_TEST(while the database is away everybody is told at once) {
  hooks().before_append = fails(fault::unavailable, always);
  hooks().before_load = hooks().before_append;
  CAF_CHECK_EQUAL(schedule("s1"), "unavailable");
  const auto calls = hooks().appends;
  CAF_CHECK_EQUAL(schedule("s2"), "unavailable");
  CAF_CHECK_EQUAL(hooks().appends, calls);
  hooks().before_append = [] {};
  hooks().before_load = [] {};
  pass(10s);
  CAF_CHECK_EQUAL(schedule("s3"), "accepted");
}

CAF_TEST(a read that fails says so until the database answers again) {
  schedule("s1");
  pass(10min);  // the session leaves
  CAF_CHECK(node()->database->up());
  bool away = true;
  hooks().before_load = [&away] {
    if (away) throw storage_error{fault::unavailable, "away"};
  };
  CAF_CHECK_EQUAL(accept("s1"), "unavailable");
  CAF_CHECK(!node()->database->up());
  pass(10s);  // nobody reads: it looks by itself
  CAF_CHECK(!node()->database->up());
  away = false;
  pass(10s);
  CAF_CHECK(node()->database->up());
}

CAF_TEST(one journal that writes does not speak for another that cannot) {
  const auto told = std::make_shared<std::vector<bool>>();
  database_watch watch{
      [told](bool up, const std::string &) { told->push_back(up); }};
  watch.fails("journal 0", "no answer");
  watch.fails("journal 0", "no answer");
  watch.answers("journal 0");
  CAF_CHECK(watch.up());
  watch.fails("journal 1", "no answer");
  watch.fails("journal 0", "no answer");
  watch.answers("journal 0");
  CAF_CHECK(!watch.up());
  watch.answers("journal 2");
  CAF_CHECK(!watch.up());
  watch.answers("journal 1");
  CAF_CHECK(watch.up());
  CAF_CHECK((*told == std::vector<bool>{false, true, false, true}));
}

CAF_TEST(commands that are answered speak against a source that fails) {
  const auto told = std::make_shared<std::vector<bool>>();
  database_watch::time_point now{};
  database_watch watch{
      [told](bool up, const std::string &) { told->push_back(up); },
      [&] { return now; }};
  watch.command_answered();
  now += 1ms;
  watch.fails("heartbeat", "no answer");
  CAF_CHECK(!watch.up());
  now += 1ms;
  watch.command_answered();
  CAF_CHECK(watch.up());
  now += 1ms;
  watch.command_unanswered();
  CAF_CHECK(!watch.up());
  // Of some that are answered and some that are not, those that are not count.
  watch.command_answered();
  CAF_CHECK(!watch.up());
  now += database_watch::recent + 1ms;
  watch.command_answered();
  CAF_CHECK(watch.up());
  now += database_watch::recent + 1ms;
  watch.fails("heartbeat", "no answer");
  CAF_CHECK(!watch.up());
  CAF_CHECK((*told == std::vector<bool>{false, true, false, true, false}));
}

CAF_TEST(a source that is doubted counts as failing for a while) {
  database_watch::time_point now{};
  database_watch watch{{}, [&] { return now; }};
  watch.fails("journal 0", "no answer");
  watch.doubts("journal 0");
  watch.doubts("journal 1");
  watch.look();
  CAF_CHECK(!watch.up());
  now += database_watch::doubt;
  watch.look();
  CAF_CHECK(watch.up());
  watch.fails("journal 0", "no answer");
  watch.doubts("journal 0");
  watch.fails("journal 0", "no answer");
  now += database_watch::doubt;
  watch.look();
  CAF_CHECK(!watch.up());
}

CAF_TEST(a read that fails is answered) {
  schedule("s1");
  pass(10min);  // the session leaves
  hooks().before_load = fails(fault::unavailable);
  CAF_CHECK_EQUAL(accept("s1"), "unavailable");
  CAF_CHECK_EQUAL(accept("s1"), "accepted");
}

CAF_TEST_FIXTURE_SCOPE_END()
