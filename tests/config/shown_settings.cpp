// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE shown_settings

#include "tests/config/reading.hpp"

#include "config/secrets.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;

CAF_TEST(no secret is shown) {
  const auto shown = config::describe(read(R"({
    "database": { "url": "postgresql://ann:hush@host/db" },
    "auth": { "tokens": [{ "token": "hush", "as": "tutor:ann" }] },
    "webhook": { "url": "https://host/hook", "secret": "hush" } })"));
  CAF_CHECK_EQUAL(shown.find("hush"), std::string::npos);
  CAF_CHECK(shown.find("database.url=postgresql://ann:***@host/db\n")
            != std::string::npos);
  CAF_CHECK(shown.find("webhook.secret=***\n") != std::string::npos);
}

CAF_TEST(a password among key and value pairs is not shown) {
  const auto shown = config::describe(
      read(R"({"database": {"url": "host=h password='hu sh' user=ann"}})"));
  CAF_CHECK(shown.find("database.url=host=h password=*** user=ann\n")
            != std::string::npos);
}

CAF_TEST(an IPv6 address is shown as it is written) {
  const auto shown =
      config::describe(read(R"({"node": {"listen": "[::1]:8080"}})"));
  CAF_CHECK(shown.find("node.listen=[::1]:8080\n") != std::string::npos);
}

CAF_TEST(every password that libpq would find is hidden) {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"postgresql://u:p@h/d", "postgresql://u:***@h/d"},
      {"postgres://:p@h", "postgres://:***@h"},
      {"postgresql://h:1,[::1]:2/d", "postgresql://h:1,[::1]:2/d"},
      {"postgresql://u@h?user=a&password=p&x=y",
       "postgresql://u@h?user=a&password=***&x=y"},
      {"postgresql:///d?sslpassword=p", "postgresql:///d?sslpassword=***"},
      {"postgresql:///d?p%61ssword=p", "postgresql:///d?p%61ssword=***"},
      {"postgresql://[?a]/d?password=p?q", "postgresql://[?a]/d?password=***"},
      {"sslpassword=p password = q", "sslpassword=*** password = ***"},
      {"password='p\\'q'user=a", "password=*** user=a"},
      {"password=p\\ q host=h", "password=*** host=h"},
      {"password= user=a", "password= ***"},
      {"", ""}};
  for (const auto &[url, expected] : shown)
    CAF_CHECK_EQUAL(config::without_passwords(url).value_or("none"), expected);
}

CAF_TEST(what was meant as a password is hidden too) {
  CAF_CHECK(config::without_passwords("postgresql://u:p@q@h/d")
            == "postgresql://u:***@h/d");
  CAF_CHECK(config::without_passwords("postgresql://u:p/q@h/d")
            == "postgresql://u:***@h/d");
}

CAF_TEST(what is no connection text is refused) {
  for (const auto *text : {"d", "password", "= a", "password='p", "a=b c"})
    CAF_CHECK(!config::without_passwords(text));
}

CAF_TEST(passwords in other URLs are hidden) {
  const auto shown = config::describe(read(R"({
    "ingress": { "nats_url": "nats://ann:hush@host:4222" },
    "webhook": { "url": "https://ann:hush@host/hook?at=a:b@c" } })"));
  CAF_CHECK_EQUAL(shown.find("hush"), std::string::npos);
  CAF_CHECK(shown.find("https://ann:***@host/hook?at=a:b@c\n")
            != std::string::npos);
}

CAF_TEST(tokens in NATS URLs are hidden) {
  const auto shown = config::describe(read(R"({ "ingress": { "nats_url":
      "nats://hush@host:4222,tls://ann:hush@other:4222,nats://third" } })"));
  CAF_CHECK(shown.find("ingress.nats_url=nats://***@host:4222,tls://ann:***@"
                       "other:4222,nats://third\n")
            != std::string::npos);
}

CAF_TEST(a very long URL is shown) {
  const std::string url = "postgresql://ann:" + std::string(90000, 'x');
  const auto text = R"({"database": {"url": ")" + url + R"(@host/d"}})";
  CAF_CHECK(config::describe(read(text))
                .find("database.url=postgresql://ann:***@host/d\n")
            != std::string::npos);
}
