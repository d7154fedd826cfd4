// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE precedence

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "config/layers.hpp"
#include "tests/unit/config/reading.hpp"

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

/// Every value that is no section, by path, as text of the environment.
variables leaves(const std::string &path, const boost::json::value &v) {
  if (!v.is_object() || path == "policy.courses" || path == "policy.programs")
    return {{path, v.is_string() ? std::string{v.get_string()}
                                 : boost::json::serialize(v)}};
  variables out;
  for (const auto &[key, member] : v.get_object())
    out.merge(
        leaves(path + (path.empty() ? "" : ".") + std::string{key}, member));
  return out;
}

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

CAF_TEST(every setting of the shipped file has an environment name) {
  // Setting each to what it is already must be understood and change nothing.
  std::ifstream in{RECAPD_DEFAULT_FILE};
  std::stringstream text;
  text << in.rdbuf();
  variables env;
  for (const auto &[path, value] : leaves("", config::parse_json(text.str()))) {
    const auto name = config::variable_of(path);
    CAF_MESSAGE(name);
    CAF_CHECK(config::known_variable(name));
    env[name] = value;
  }
  CAF_CHECK(env.size() > 45);
  CAF_CHECK_EQUAL(config::describe(read("", env)),
                  config::describe(config::settings{}));
}

CAF_TEST(lists and courses in the environment are JSON) {
  const auto s = read(
      "", {{"RECAPD_POLICY_REMINDERS_TUTOR_RECAP_REMINDER", R"(["1h", "2h"])"},
           {"RECAPD_POLICY_REMINDERS_STUDENT_RECAP_REMINDER", "[]"},
           {"RECAPD_POLICY_REMINDERS_TUTOR_REMIND_STUDENT", R"(["3h"])"},
           {"RECAPD_POLICY_COURSES", R"({"M": {"log_window": "1h"}})"}});
  const auto &r = s.policy.base.reminders;
  using enum workflows::reminder_kind;
  using list = workflows::reminder_rules::value_type;
  CAF_CHECK((r[tutor_recap_reminder] == list{1h, 2h}));
  CAF_CHECK(r[student_recap_reminder].empty());
  CAF_CHECK((r[tutor_remind_student] == list{3h}));
  CAF_CHECK(s.policy.rules_for("default", "M").log_window == 1h);
}

CAF_TEST(what is wrong within a variable is named by the variable) {
  const auto says = [](const char *name, const char *value,
                       std::string_view begin) {
    const auto error = error_of("", {{name, value}});
    CAF_MESSAGE(error);
    return error.starts_with(begin);
  };
  CAF_CHECK(says("RECAPD_POLICY_COURSES", R"({"M": {"log_window": 1}})",
                 "RECAPD_POLICY_COURSES.M.log_window: expected "));
  CAF_CHECK(says("RECAPD_POLICY_COURSES", R"({"M": {}, "M": {}})",
                 "RECAPD_POLICY_COURSES: expected JSON; in it M: expected"));
  CAF_CHECK(says("RECAPD_POLICY_REMINDERS_TUTOR_REMIND_STUDENT", "[1]",
                 "RECAPD_POLICY_REMINDERS_TUTOR_REMIND_STUDENT"));
}

CAF_TEST(a course inherits what the environment changed) {
  const auto s = read(R"({"policy": {"courses": {"M": {"log_window": "1h"}}}})",
                      {{"RECAPD_POLICY_PAY_RATE_PER_HOUR", "2000"}});
  CAF_CHECK_EQUAL(s.policy.rules_for("default", "M").rate_per_hour, 2000);
  CAF_CHECK(s.policy.rules_for("default", "M").log_window == 1h);
  CAF_CHECK(s.policy.rules_for("default", "N").log_window == 72h);
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

CAF_TEST(a token stands for somebody somewhere until a time) {
  const auto s = read(R"({"auth": {"tokens": [
    {"token": "a", "as": "tutor:ann"},
    {"token": "b", "as": "student:bob", "programs": ["day", "night"]},
    {"token": "c", "as": "support:eve", "expires": "2027-07-01T02:00:00+02:00"},
    {"token": "x", "as": "tutor:tom", "programs": ["*"]},
    {"token": "sha256:18AC3E7343F016890C510E93F935261169D9E3F565436429830FAF0934F4F8E4",
     "as": "support:sam"}]}})");
  CAF_REQUIRE_EQUAL(s.tokens.size(), 5u);
  const auto allowed = [&](std::size_t i) {
    return s.tokens[i].allowed().only;
  };
  using list = std::vector<std::string>;
  CAF_CHECK((allowed(0) == list{"default"}));
  CAF_CHECK((allowed(1) == list{"day", "night"}));
  CAF_CHECK(!allowed(2) && !allowed(3));
  CAF_CHECK(s.tokens[2].expires
            == workflows::parse_rfc3339("2027-07-01T00:00:00Z"));
  CAF_CHECK(!s.tokens[0].expires);
  CAF_CHECK(s.tokens[4].digest() == config::digest_of("d"));
}

CAF_TEST(a sign - in is read from the file and the environment) {
  const auto s = read(R"({"auth": {"mode": "oidc", "oidc": {
      "issuer": "http://127.0.0.1:9/realm", "audience": "recap",
      "client_secret": "of the file", "scopes": ["openid", "email"],
      "claims": {"role": "https://a.example/roles"},
      "roles": {"teacher": "tutor", "dean": "manager"}}}})",
                      {{"RECAPD_AUTH_OIDC_CLIENT_SECRET", "hush"},
                       {"RECAPD_AUTH_OIDC_CLAIMS_ID", "email"}});
  CAF_CHECK(s.auth == config::auth_mode::oidc);
  CAF_CHECK_EQUAL(s.oidc.issuer, "http://127.0.0.1:9/realm");
  CAF_CHECK_EQUAL(s.oidc.client_secret, "hush");
  CAF_CHECK_EQUAL(s.oidc.scopes, "openid email");
  CAF_CHECK_EQUAL(s.oidc.claims.id, "email");
  CAF_CHECK_EQUAL(s.oidc.claims.role, "https://a.example/roles");
  CAF_CHECK_EQUAL(s.oidc.claims.name, "name");
  CAF_CHECK(s.oidc.role_of("teacher") == workflows::role::tutor);
  CAF_CHECK(!s.oidc.role_of("tutor"));
  CAF_CHECK(config::oidc{}.role_of("admin") == workflows::role::admin);
  CAF_CHECK(!config::oidc{}.role_of("boss"));
}

CAF_TEST(tokens that let in too many are warned of without being named) {
  const std::string name =
      "/tmp/recapd-tokens-" + std::to_string(getpid()) + ".json";
  std::ofstream{name} << R"([{"token": "brief-one", "as": "support:eve"},
    {"token": "long-enough-to-stay", "as": "tutor:ann",
     "expires": "2026-01-01T00:00:00Z"}])";
  const auto now = *workflows::parse_rfc3339("2026-01-01T00:00:00Z");
  const auto warned = [&](unsigned mode, const char *auth) {
    ::chmod(name.c_str(), mode);
    const auto s = read(R"({"auth": {"mode": ")" + std::string{auth}
                        + R"(", "tokens_file": ")" + name + R"("}})");
    return config::warnings(s, "", now);
  };
  CAF_CHECK_EQUAL(warned(0600, "token").size(), 2u);
  CAF_CHECK_EQUAL(warned(0640, "token").size(), 3u);
  CAF_CHECK_EQUAL(warned(0604, "token").size(), 3u);
  CAF_CHECK_EQUAL(warned(0644, "trusted").size(), 0u);
  for (const auto &sentence : warned(0644, "token"))
    CAF_CHECK_EQUAL(sentence.find("brief-one"), std::string::npos);
  std::remove(name.c_str());
}

CAF_TEST(a node that others reach and that trusts all is warned of) {
  const auto warned = [](const char *listen, const char *mode) {
    const auto s = read(R"({"node": {"listen": ")" + std::string{listen}
                        + R"("}, "auth": {"tokens": [{"token":
      "long-enough-to-stay", "as": "tutor:ann"}], "mode": ")"
                        + mode + R"("}})");
    return config::warnings(s, "", {}).size();
  };
  for (const auto *own : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1"})
    CAF_CHECK_EQUAL(warned(own, "trusted"), 0u);
  for (const auto *open : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1"}) {
    CAF_CHECK_EQUAL(warned(open, "trusted"), 1u);
    CAF_CHECK_EQUAL(warned(open, "token"), 0u);
  }
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
  CAF_CHECK_EQUAL(error_of("", {}, options), "--data: expected valid UTF-8");
}
