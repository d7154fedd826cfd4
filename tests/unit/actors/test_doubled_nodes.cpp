// Two nodes that both think they own everything: slow, not wrong.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE doubled_nodes
#include "campus_fixture.hpp"

CAF_TEST_FIXTURE_SCOPE(doubled_tests, two_nodes)

CAF_TEST(each node sees what the other did to a session) {
  CAF_CHECK_EQUAL(schedule("s1", 0), "accepted");
  CAF_CHECK_EQUAL(accept("s1", 1), "accepted");
  CAF_CHECK_EQUAL(complete("s1", 60, 0), "accepted");
  CAF_CHECK_EQUAL(student_recap("s1", 1), "accepted");
  CAF_CHECK_EQUAL(state("s1"), "paid");
  CAF_CHECK(store->check().empty());
}

CAF_TEST(a refusal never rests on an old copy) {
  schedule("s1", 0);
  accept("s1", 0);
  // Node 1 has the session as it was; node 0 moves it on.
  CAF_CHECK_EQUAL(run(recap_command("s1"), 1), "wrong-state");
  CAF_CHECK_EQUAL(complete("s1", 60, 0), "accepted");
  CAF_CHECK_EQUAL(run(recap_command("s1"), 1), "accepted");
}

CAF_TEST(a session scheduled on both exists once) {
  auto one = post(schedule_command("s1"), 0);
  auto two = post(schedule_command("s1"), 1);
  consume_messages();
  const auto words = one.word() + " " + two.word();
  CAF_CHECK(words == "accepted session-exists"
            || words == "session-exists accepted");
}

CAF_TEST(the same command on both happens once) {
  schedule("s1");
  auto command = accept_command("s1");
  auto one = post(command, 0);
  auto two = post(command, 1);
  consume_messages();
  const auto words = one.word() + " " + two.word();
  CAF_CHECK(words == "accepted duplicate" || words == "duplicate accepted");
  CAF_CHECK_EQUAL(store->history("s1").size(), 2u);
}

CAF_TEST(a limit is not passed through two stale copies) {
  // 180 minutes a week for a student in a course: two sessions of 90.
  for (int i = 0; i < 4; ++i) {
    const auto s = "s" + std::to_string(i);
    const auto tutor = "t" + std::to_string(i);
    run(schedule_command(s, {"bob"}, tutor), 0);
    accept(s, 0);
  }
  std::vector<pending> answers;
  for (std::size_t i = 0; i < 4; ++i)
    answers.push_back(post(
        complete_command("s" + std::to_string(i), 90, "t" + std::to_string(i)),
        i % 2));
  consume_messages();
  int accepted = 0;
  for (const auto &a : answers) {
    if (a.word() == "accepted")
      ++accepted;
    else
      CAF_CHECK_EQUAL(a.word(), "student-course-weekly-limit");
  }
  CAF_CHECK_EQUAL(accepted, 2);
  CAF_CHECK(store->check().empty());
}

CAF_TEST(hours given back on one node can be used on the other) {
  run(schedule_command("s1", {"bob"}, "t1"), 0);
  run(schedule_command("s2", {"bob"}, "t2"), 0);
  run(schedule_command("s3", {"bob"}, "t3"), 0);
  for (const auto *s : {"s1", "s2", "s3"})
    accept(s, 0);
  CAF_CHECK_EQUAL(run(complete_command("s1", 90, "t1"), 0), "accepted");
  CAF_CHECK_EQUAL(run(complete_command("s2", 90, "t2"), 0), "accepted");
  CAF_CHECK_EQUAL(run(complete_command("s3", 90, "t3"), 1),
                  "student-course-weekly-limit");
  CAF_CHECK_EQUAL(run(command("s1", "support:eve", wf::void_session{"x"}), 0),
                  "accepted");
  CAF_CHECK_EQUAL(run(complete_command("s3", 90, "t3"), 1), "accepted");
  CAF_CHECK(store->check().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
