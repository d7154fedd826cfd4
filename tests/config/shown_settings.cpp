// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE shown_settings

#include "tests/config/reading.hpp"

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
