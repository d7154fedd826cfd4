// Timers: deadlines to the microsecond, the manual clock, recovery.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE timer_actors
#include "campus_fixture.hpp"

namespace {

struct timer_fixture : one_node {
  std::string advance(instant to, std::size_t i = 0) {
    std::string word = "silence";
    caf::anon_send(node(i)->timers,
                   advance_to{.to = to, .done = reply<instant>{[&](auto a) {
                                          word = a.has_value()
                                                     ? wf::format_rfc3339(*a)
                                                     : std::string{
                                                         to_string(a.error())};
                                        }}});
    for (int k = 0; k < 20 && word == "silence"; ++k) {
      consume_messages();
      if (word == "silence") advance_time(1s);
    }
    return word;
  }
  std::vector<std::string> kinds(const std::string &session) {
    std::vector<std::string> all;
    for (const auto &e : store->history(session)) {
      if (e.notifications.empty()) continue;
      const auto list = boost::json::parse(e.notifications);
      for (const auto &n : list.as_array())
        all.emplace_back(n.as_object().at("kind").as_string());
    }
    return all;
  }
  using words = std::vector<std::string>;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(timer_tests, timer_fixture)

CAF_TEST(at the deadline a session still stands and just after it is missed) {
  schedule("s1");
  CAF_CHECK_EQUAL(advance(start + 72h), "2026-11-26T14:30:00Z");
  CAF_CHECK_EQUAL(state("s1"), "scheduled");
  advance(start + 72h + 1us);
  CAF_CHECK_EQUAL(state("s1"), "missed");
}

CAF_TEST(an advance fires every reminder on its way in order) {
  schedule("s1");
  advance(start + 73h);
  CAF_CHECK_EQUAL(
      kinds("s1"),
      (words{"tutor_recap_due", "tutor_recap_reminder", "tutor_recap_reminder",
             "tutor_recap_reminder", "session_missed"}));
  const auto history = store->history("s1");
  CAF_CHECK(history[1].at == start + 90min);
  CAF_CHECK(history[4].at == start + 71h);
}

CAF_TEST(of reminders missed while nothing ran one goes out) {
  schedule("s1");
  for (const auto &a : actors_of(*node()))
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  consume_messages();
  nodes.clear();
  time->set(start + 50h);
  add_node(sys);
  consume_messages();
  CAF_CHECK_EQUAL(kinds("s1"),
                  (words{"tutor_recap_due", "tutor_recap_reminder"}));
}

CAF_TEST(what a session that died left due is found soon) {
  pass(1s);  // the timers' first look for what is overdue
  // The session dies between the commit and arming the reminder that is due.
  auto p = post(schedule_command("s1", {"bob"}, "ann", start - 2h));
  hooks().after_append = [&] { kill_sessions(); };
  consume_messages();
  hooks().after_append = [] {};
  CAF_CHECK_EQUAL(store->history("s1").size(), 1u);
  pass(500ms, 22);
  CAF_CHECK_EQUAL(store->history("s1").size(), 2u);
}

CAF_TEST(what could not be dealt with is tried again) {
  schedule("s1");
  hooks().before_append = fails(recapd::storage::fault::unavailable, 3);
  CAF_CHECK_EQUAL(advance(start + 73h), "2026-11-26T15:30:00Z");
  CAF_CHECK_EQUAL(state("s1"), "missed");
}

CAF_TEST(the clock does not go back) {
  CAF_CHECK_EQUAL(advance(start - 1h), "unavailable");
  CAF_CHECK(time->now() == start);
}

CAF_TEST(where the clock goes is durable) {
  advance(start + 5h);
  CAF_CHECK(store->load_manual_clock() == std::optional{start + 5h});
}

CAF_TEST(thousands that are due at once all fire) {
  for (int i = 0; i < 300; ++i)
    post(schedule_command("s" + std::to_string(i)));
  consume_messages();
  advance(start + 73h);
  for (int i = 0; i < 300; ++i)
    CAF_REQUIRE_EQUAL(state("s" + std::to_string(i)), "missed");
}

CAF_TEST_FIXTURE_SCOPE_END()
