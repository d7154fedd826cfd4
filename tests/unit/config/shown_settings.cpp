// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE shown_settings

#include "tests/unit/config/reading.hpp"

#include "config/secrets.hpp"
#include "config/shown.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;

CAF_TEST(no secret is shown) {
  const auto shown = config::describe(read(R"({
    "database": { "url": "postgresql://ann:hush@host/db" },
    "auth": { "tokens": [{ "token": "hush", "as": "tutor:ann" }],
              "oidc": { "client_secret": "hush" } },
    "webhook": { "url": "https://host/hook", "secret": "hush" },
    "http": { "public_url": "https://recap.example" },
    "mail": { "smtp_url": "smtps://ann:hush@mail.example:465",
              "from": "Recaps <r@recap.example>" } })"));
  CAF_CHECK_EQUAL(shown.find("hush"), std::string::npos);
  CAF_CHECK(shown.find("database.url=postgresql://ann:***@host/db\n")
            != std::string::npos);
  CAF_CHECK(shown.find("webhook.secret=***\n") != std::string::npos);
  CAF_CHECK(shown.find("mail.smtp_url=smtps://ann:***@mail.example:465\n")
            != std::string::npos);
  CAF_CHECK(shown.find("mail.from=Recaps <r@recap.example>\n")
            != std::string::npos);
  CAF_CHECK(shown.find("auth.oidc.client_secret=***\n") != std::string::npos);
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

CAF_TEST(a password that libpq would split is refused) {
  for (const auto *url : {"postgresql://u:p@q@h/d", "postgresql://u:p/q@h/d",
                          "postgresql://u@v@h"})
    CAF_CHECK(config::splits_password(url));
  for (const auto *url :
       {"postgresql://u:p@h/d@e", "postgresql://h:5432/d@e", "password=a@b/c",
        "postgresql:///d@e", "postgresql://u:p@a:1,b:2/d",
        "postgresql://h/d?options=a@b", ""})
    CAF_CHECK(!config::splits_password(url));
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
  CAF_CHECK(shown.find("https://ann:***@host/hook?at=***\n")
            != std::string::npos);
}

CAF_TEST(what lets somebody in is hidden wherever a URL has it) {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"https://h/hook?token=s", "https://h/hook?token=***"},
      {"https://h/hook?a=s&b=s#s", "https://h/hook?a=***&b=***#***"},
      {"https://h/hook?s", "https://h/hook?***"},
      {"https://h/hook?t=s=s?s", "https://h/hook?t=***?***"},
      {"https://s@h/hook", "https://***@h/hook"},
      {"https://u:s@s@h/hook", "https://u:***@h/hook"},
      {"https://u:s/s@h/hook", "https://u:***@h/hook"},
      {"https://u:s?s@h/hook", "https://u:***@h/hook"},
      {"https://h:8443/@team/hook", "https://h:8443/@team/hook"},
      {"https://[::1]:8443/@team", "https://[::1]:8443/@team"},
      {"https://h/?", "https://h/?"},
      {"nats://s@h:4222", "nats://***@h:4222"},
      {"nats://u:s@s@h:4222", "nats://u:***@h:4222"},
      {"nats://u:12/s@h", "nats://u:***@h"},
      {"nats://u:s,s@h", "nats://u:***@h"},
      {"nats://u:s@a,tls://u:s@b", "nats://u:***@a,tls://u:***@b"},
      {"nats://a:1,nats://b:2,c:3", "nats://a:1,nats://b:2,c:3"},
      {"", ""}};
  for (const auto &[url, expected] : shown)
    CAF_CHECK_EQUAL(config::without_secrets(url), expected);
}

CAF_TEST(what a terminal would act on is shown as an escape) {
  const std::vector<std::pair<std::string, std::string>> shown{
      {"plain", "plain"},
      {"Bru\u0308che, \u4f60\u597d \U0001F600",
       "Bru\u0308che, \u4f60\u597d \U0001F600"},
      {"a\x1b[31m\n\t\x7f", R"(a\u001b[31m\u000a\u0009\u007f)"},
      {"\u009b31m", R"(\u009b31m)"},
      {"\u202e\u2066\u200b\u200f\ufeff\u2028",
       R"(\u202e\u2066\u200b\u200f\ufeff\u2028)"},
      {"\U000E0041", R"(\udb40\udc41)"},
      {std::string{'\0', 'a'}, R"(\u0000a)"},
      {"\x9b\xc3(\xed\xa0\x80\xf0\x9f", R"(\x9b\xc3(\xed\xa0\x80\xf0\x9f)"},
      {"\xc1\x9b\xe0\x82\x9b", R"(\xc1\x9b\xe0\x82\x9b)"}};
  for (const auto &[text, expected] : shown)
    CAF_CHECK_EQUAL(config::printable(text), expected);
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

CAF_TEST(hosts and networks are shown as they are written) {
  const auto shown = config::describe(read(R"({"http": {
    "hosts": ["Recap.example:8080", "[0::1]"],
    "origins": ["https://app.example:443", "http://app.example:3000"],
    "public_url": "https://recap.example/",
    "trusted_proxies": ["10.0.0.0/8", "2001:db8::/32", "127.0.0.1"]}})"));
  for (
      const auto *line :
      {R"(http.hosts=["recap.example:8080","[::1]"])",
       R"(http.origins=["https://app.example","http://app.example:3000"])",
       "http.public_url=https://recap.example",
       R"(http.trusted_proxies=["10.0.0.0/8","2001:db8::/32","127.0.0.1/32"])"}) {
    CAF_MESSAGE(line);
    CAF_CHECK(shown.find(std::string{line} + "\n") != std::string::npos);
  }
}

CAF_TEST(a network holds the addresses that begin as it does) {
  const auto holds = [](std::string_view net, std::string_view address) {
    return config::parse_network(net)->contains(
        *config::parse_address(address));
  };
  CAF_CHECK(holds("10.0.0.0/8", "10.255.0.1"));
  CAF_CHECK(!holds("10.0.0.0/8", "11.0.0.1"));
  CAF_CHECK(holds("10.0.0.128/25", "::ffff:10.0.0.200"));
  CAF_CHECK(!holds("10.0.0.128/25", "10.0.0.127"));
  CAF_CHECK(holds("0.0.0.0/0", "1.2.3.4"));
  CAF_CHECK(!holds("0.0.0.0/0", "2001:db8::1"));
  CAF_CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
  CAF_CHECK(!holds("2001:db8::/33", "2001:db8:8000::1"));
  CAF_CHECK(holds("::1", "::1"));
  CAF_CHECK(!holds("::1", "::2"));
  for (const auto *text : {"", "/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8",
                           "::/129", "10.0.0.0/8x", "fe80::1%eth0"})
    CAF_CHECK(!config::parse_network(text));
}

CAF_TEST(a host may have a port and an IPv6 address stands in brackets) {
  CAF_CHECK((config::parse_authority("Example.ORG")
             == config::authority{.host = "example.org", .port = {}}));
  CAF_CHECK((config::parse_authority("h:8080")
             == config::authority{.host = "h", .port = std::uint16_t{8080}}));
  CAF_CHECK((config::parse_authority("[0:0::1]:1")
             == config::authority{.host = "[::1]", .port = std::uint16_t{1}}));
  CAF_CHECK((config::parse_authority("h:")
             == config::authority{.host = "h", .port = {}}));
  for (const auto *text : {"", ":80", "h:x", "h:65536", "h:-1", "h:+1", "a b",
                           "a/b", "a,b", "a@b", "::1", "[::1", "[::1]x", "[]",
                           "[h]", "[fe80::1%25eth0]", "h\t", "\xc3\xbc"})
    CAF_CHECK(!config::parse_authority(text).has_value());
}
