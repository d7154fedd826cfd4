// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE defaults

#include <fstream>
#include <sstream>

#include "tests/unit/config/reading.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;
using namespace std::chrono_literals;

namespace {

std::string shipped_file() {
  std::ifstream in{RECAPD_DEFAULT_FILE};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

CAF_TEST(an empty text gives every default) {
  const auto s = read("");
  CAF_CHECK_EQUAL(s.listen_host, "127.0.0.1");
  CAF_CHECK_EQUAL(s.listen_port, 8080);
  CAF_CHECK_EQUAL(s.name, "");
  CAF_CHECK_EQUAL(s.database_url, "");
  CAF_CHECK_EQUAL(s.data_dir, ".local");
  CAF_CHECK(s.ingress == config::ingress_kind::inbox);
  CAF_CHECK_EQUAL(s.nats_url, "");
  CAF_CHECK_EQUAL(s.nats_partitions, 64);
  CAF_CHECK_EQUAL(s.nats_replicas, 1);
  CAF_CHECK(s.auth == config::auth_mode::trusted);
  CAF_CHECK(s.clock == config::clock_kind::system);
  CAF_CHECK(s.tokens.empty());
  CAF_CHECK_EQUAL(s.webhook.url, "");
  CAF_CHECK_EQUAL(s.log_level, "info");
}

CAF_TEST(the policy begins as the contract has it) {
  const auto p = read("").policy;
  const auto &r = p.base;
  CAF_CHECK_EQUAL(r.min_recap_characters, 150);
  CAF_CHECK_EQUAL(r.max_recap_characters, 10000);
  CAF_CHECK(r.log_window == 72h);
  CAF_CHECK_EQUAL(r.step_minutes, 5);
  CAF_CHECK_EQUAL(r.max_minutes, 90);
  CAF_CHECK(r.limits.tutor_minutes_per_week == 900);
  CAF_CHECK(r.limits.student_course_minutes_per_week == 180);
  CAF_CHECK(!r.limits.course_minutes_per_week);
  CAF_CHECK(r.limits.pair_sessions_per_day == 1);
  CAF_CHECK_EQUAL(r.week_starts_on, 1);
  CAF_CHECK_EQUAL(r.timezone, "America/New_York");
  CAF_CHECK(r.confirmation == workflows::confirmation_rule::all_students);
  CAF_CHECK(!r.auto_confirm_after);
  CAF_CHECK_EQUAL(r.rate_per_hour, 1500);
  CAF_CHECK_EQUAL(r.currency, "USD");
  using enum workflows::reminder_kind;
  using list = workflows::reminder_rules::value_type;
  CAF_CHECK(r.reminders[tutor_recap_due] == list{90min});
  CAF_CHECK((r.reminders[tutor_recap_reminder] == list{24h, 48h, 71h}));
  CAF_CHECK((r.reminders[student_recap_reminder] == list{24h, 48h, 72h}));
  CAF_CHECK((r.reminders[tutor_remind_student] == list{24h}));
  CAF_CHECK(r.reminders[student_recap_overdue] == list{168h});
  CAF_CHECK(p.courses.empty());
}

CAF_TEST(the shipped file says what the defaults are) {
  const auto text = shipped_file();
  CAF_REQUIRE(!text.empty());
  CAF_CHECK_EQUAL(config::describe(read(text)),
                  config::describe(config::settings{}));
}

CAF_TEST(the shipped file is what the program prints) {
  CAF_CHECK_EQUAL(shipped_file(), config::default_file());
}

CAF_TEST(the shipped file names every setting there is) {
  const auto text = shipped_file();
  std::istringstream lines{config::describe(config::settings{})};
  for (std::string line; std::getline(lines, line);) {
    const auto path = line.substr(0, line.find('='));
    const auto key = '"' + path.substr(path.rfind('.') + 1) + '"';
    CAF_CHECK_NOT_EQUAL(text.find(key), std::string::npos);
  }
}
