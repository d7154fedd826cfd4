// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE precedence

#include <cstdio>
#include <fstream>
#include <unistd.h>

#include "config/layers.hpp"
#include "tests/config/reading.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view file = R"({
  // where it listens
  "node": { "listen": "127.0.0.1:1" /* the file's */ },
  "policy": { "log_window": "24h", "limits": { "tutor_minutes_per_week": 10 } }
})";

}  // namespace

CAF_TEST(the file beats the default) {
  const auto s = read(file);
  CAF_CHECK_EQUAL(s.listen_port, 1);
  CAF_CHECK(s.policy.base.log_window == 24h);
}

CAF_TEST(the environment beats the file) {
  const auto s = read(file, {{"RECAPD_NODE_LISTEN", "0.0.0.0:2"},
                             {"RECAPD_POLICY_LOG_WINDOW", "36h"}});
  CAF_CHECK_EQUAL(s.listen_host, "0.0.0.0");
  CAF_CHECK_EQUAL(s.listen_port, 2);
  CAF_CHECK(s.policy.base.log_window == 36h);
}

CAF_TEST(an option beats the environment) {
  config::overrides o;
  o.listen = "[::1]:3";
  o.database = "postgresql:///o";
  o.data = "/o";
  o.clock = "manual";
  o.ingress = "nats";
  const auto s = read(file,
                      {{"RECAPD_NODE_LISTEN", "0.0.0.0:2"},
                       {"RECAPD_DATABASE_URL", "postgresql:///e"},
                       {"RECAPD_NODE_DATA", "/e"},
                       {"RECAPD_NODE_CLOCK", "system"},
                       {"RECAPD_INGRESS_KIND", "inbox"}},
                      o);
  CAF_CHECK_EQUAL(s.listen_host, "::1");
  CAF_CHECK_EQUAL(s.listen_port, 3);
  CAF_CHECK_EQUAL(s.database_url, "postgresql:///o");
  CAF_CHECK_EQUAL(s.data_dir, "/o");
  CAF_CHECK(s.clock == config::clock_kind::manual);
  CAF_CHECK(s.ingress == config::ingress_kind::nats);
}

CAF_TEST(an empty variable counts as not set) {
  CAF_CHECK_EQUAL(read(file, {{"RECAPD_NODE_LISTEN", ""}}).listen_port, 1);
}

CAF_TEST(a limit in the environment may be null) {
  const auto s =
      read(file, {{"RECAPD_POLICY_LIMITS_TUTOR_MINUTES_PER_WEEK", "null"},
                  {"RECAPD_POLICY_LIMITS_COURSE_MINUTES_PER_WEEK", "77"}});
  CAF_CHECK(!s.policy.base.limits.tutor_minutes_per_week);
  CAF_CHECK(s.policy.base.limits.course_minutes_per_week == 77);
}

CAF_TEST(every setting but lists and courses has an environment name) {
  // Setting each to what it is already must be understood and change nothing.
  const auto before = config::describe(config::settings{});
  variables env;
  std::size_t from = 0;
  while (from < before.size()) {
    const auto end = before.find('\n', from);
    const auto line = before.substr(from, end - from);
    const auto path = line.substr(0, line.find('='));
    const auto value = line.substr(line.find('=') + 1);
    const auto name = config::variable_of(path);
    if (config::known_variable(name))
      env[name] = value;
    else
      CAF_CHECK(value.starts_with('['));  // only lists have none
    from = end + 1;
  }
  CAF_CHECK_EQUAL(config::describe(read("", env)), before);
  CAF_CHECK(env.size() > 35);
}

CAF_TEST(a course inherits what the environment changed) {
  const auto s = read(R"({"policy": {"courses": {"M": {"log_window": "1h"}}}})",
                      {{"RECAPD_POLICY_PAY_RATE_PER_HOUR", "2000"}});
  CAF_CHECK_EQUAL(s.policy.for_course("M").rate_per_hour, 2000);
  CAF_CHECK(s.policy.for_course("M").log_window == 1h);
  CAF_CHECK(s.policy.for_course("N").log_window == 72h);
}

CAF_TEST(tokens come from the file the environment and a file of their own) {
  const std::string name =
      "/tmp/recapd-tokens-" + std::to_string(getpid()) + ".json";
  std::ofstream{name} << R"([{"token": "c", "as": "support:eve"}])";
  const auto text = R"({"auth": {"mode": "token", "tokens_file": ")" + name
                    + R"(", "tokens": [{"token": "a", "as": "tutor:ann"}]}})";
  const auto s = read(text);
  CAF_REQUIRE_EQUAL(s.tokens.size(), 2u);
  CAF_CHECK_EQUAL(s.tokens[0].secret, "a");
  CAF_CHECK_EQUAL(workflows::to_string(s.tokens[1].as), "support:eve");
  const auto e = read(
      text, {{"RECAPD_AUTH_TOKENS", R"([{"token":"b","as":"student:bob"}])"}});
  std::remove(name.c_str());
  CAF_REQUIRE_EQUAL(e.tokens.size(), 2u);
  CAF_CHECK_EQUAL(workflows::to_string(e.tokens[0].as), "student:bob");
}

CAF_TEST(only names of settings are known) {
  CAF_CHECK(config::known_variable("RECAPD_NODE_LISTEN"));
  CAF_CHECK(config::known_variable("RECAPD_TEST_POSTGRES"));
  CAF_CHECK(!config::known_variable("RECAPD_NODE_LISEN"));
}

CAF_TEST(a variable or an option that is not UTF - 8 is refused) {
  CAF_CHECK_EQUAL(error_of("", {{"RECAPD_NODE_NAME", "\xff"}}),
                  "RECAPD_NODE_NAME: expected valid UTF-8");
  config::overrides options;
  options.data = "\xc3(";
  CAF_CHECK_EQUAL(error_of("", {}, options),
                  "--data: expected valid UTF-8");
}
