// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE refused_values

#include <array>

#include "tests/unit/config/reading.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;

namespace {

struct wrong {
  std::string_view text;
  std::string_view start;  ///< of the message: the path and what was expected
};

constexpr auto wrongs = std::to_array<wrong>({
    // Not JSON, or not an object.
    {"{", "line 1, column 2: expected JSON"},
    {"{\n  \"node\": {]\n}", "line 2, column 12: expected JSON"},
    {"{} {}", "line 1, column 4: expected JSON"},
    {"[]", "the file: expected an object"},
    {R"({"node": {"na\u0000me": "a"}})",
     "line 1, column 22: expected text without the character U+0000"},
    {R"({"node": {"name": "a\u0000b"}})",
     "line 1, column 28: expected text without the character U+0000"},
    {"{\"node\": {}, \"node\": {}}", "node: expected this key only once"},
    {R"({"policy": {"recap": {"min_characters": 1, "min_characters": 2}}})",
     "policy.recap.min_characters: expected this key only once"},
    // Unknown sections and members.
    {R"({"nodes": {}})", "nodes: expected no such section; there are node,"},
    {R"({"": {}})", "\"\": expected no such section"},
    {R"({"node": {"lisen": "a:1"}})",
     "node.lisen: expected no such setting; there are listen, name,"},
    {R"({"database": {"uri": ""}})", "database.uri: expected no such setting"},
    {R"({"ingress": {"x": 1}})", "ingress.x: expected no such setting"},
    {R"({"auth": {"x": 1}})", "auth.x: expected no such setting"},
    {R"({"engine": {"x": 1}})", "engine.x: expected no such setting"},
    {R"({"http": {"x": 1}})",
     "http.x: expected no such setting; there are max_connections, "
     "max_connections_per_address, header_timeout_ms, idle_timeout_ms, hosts, "
     "origins, public_url, trusted_proxies"},
    {R"({"database": {"statement_ms": 0, "url": "x"}})",
     "database.url: expected a PostgreSQL URL"},
    {R"({"webhook": {"x": 1}})", "webhook.x: expected no such setting"},
    {R"({"log": {"x": 1}})", "log.x: expected no such setting"},
    {R"({"policy": {"x": 1}})", "policy.x: expected "},
    {R"({"policy": {"recap": {"x": 1}}})", "policy.recap.x: expected "},
    {R"({"policy": {"limits": {"x": 1}}})", "policy.limits.x: expected "},
    {R"({"policy": {"reminders": {"x": 1}}})", "policy.reminders.x: expected "},
    {R"({"policy": {"courses": {"M": {"x": 1}}}})",
     "policy.courses.M.x: expected "},
    // Sections of the wrong type.
    {R"({"node": 1})", "node: expected an object"},
    {R"({"policy": []})", "policy: expected an object"},
    {R"({"log": null})", "log: expected an object"},
    // node
    {R"({"node": {"listen": 8080}})", "node.listen: expected a text"},
    {R"({"node": {"listen": "8080"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": ":8080"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "a:65536"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "a:-1"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "a:80x"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "::1:80"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "[]:80"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"listen": "[a]b]:80"}})", "node.listen: expected HOST:PORT"},
    {R"({"node": {"name": false}})", "node.name: expected a text"},
    {R"({"node": {"lease_ms": 100}})", "node.lease_ms: expected a whole"},
    {R"({"node": {"data": ""}})", "node.data: expected a folder"},
    {R"({"node": {"clock": "slow"}})",
     R"(node.clock: expected one of "system", "manual")"},
    // database, ingress
    {R"({"database": {"url": "localhost"}})",
     "database.url: expected a PostgreSQL URL"},
    {R"({"database": {"url": null}})", "database.url: expected a text"},
    {R"({"ingress": {"kind": "kafka"}})",
     R"(ingress.kind: expected one of "inbox", "nats")"},
    {R"({"ingress": {"nats_url": 1}})", "ingress.nats_url: expected a text"},
    {R"({"ingress": {"nats_url": "host:4222"}})",
     "ingress.nats_url: expected a URL that begins with nats://"},
    {R"({"ingress": {"nats_partitions": 0}})",
     "ingress.nats_partitions: expected"},
    {R"({"ingress": {"nats_partitions": 48}})",
     "ingress.nats_partitions: expected a power of two"},
    {R"({"ingress": {"nats_partitions": 2048}})",
     "ingress.nats_partitions: expected"},
    {R"({"ingress": {"nats_replicas": 0}})", "ingress.nats_replicas: expected"},
    {R"({"ingress": {"nats_replicas": 6}})", "ingress.nats_replicas: expected"},
    // auth
    {R"({"auth": {"mode": "open"}})",
     R"(auth.mode: expected one of "trusted", "token")"},
    {R"({"auth": {"mode": "token"}})",
     "auth.tokens: expected at least one token"},
    {R"({"auth": {"tokens": {}}})", "auth.tokens: expected a list"},
    {R"({"auth": {"tokens": [1]}})", "auth.tokens[0]: expected {"},
    {R"({"auth": {"tokens": [{"token": "a"}]}})",
     "auth.tokens[0].as: expected tutor:ID"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a", "x": 1}]}})",
     "auth.tokens[0].x: expected no such member"},
    {R"({"auth": {"tokens": [{"as": "tutor:a"}]}})",
     "auth.tokens[0].token: expected a text"},
    {R"({"auth": {"tokens": [{"token": "sha256:0f", "as": "tutor:a"}]}})",
     "auth.tokens[0].token: expected sha256: and 64"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "programs": []}]}})",
     "auth.tokens[0].programs: expected [\"*\"]"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "programs": "day"}]}})",
     "auth.tokens[0].programs: expected [\"*\"]"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "programs": ["*", "day"]}]}})",
     "auth.tokens[0].programs: expected [\"*\"]"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "programs": ["a day"]}]}})",
     "auth.tokens[0].programs: expected [\"*\"]"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "expires": "2027-07-01"}]}})",
     "auth.tokens[0].expires: expected a time"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a",
        "expires": null}]}})",
     "auth.tokens[0].expires: expected a time"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a"}, {"as": "tutor:b",
        "token": "sha256:CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB"}]}})",
     "auth.tokens[1].token: expected each token only once"},
    {R"({"auth": {"tokens": [{"token": "", "as": "tutor:a"}]}})",
     "auth.tokens[0].token: expected a text"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "boss:a"}]}})",
     "auth.tokens[0].as: expected tutor:ID"},
    {R"({"auth": {"tokens": [{"token": "a", "as": "tutor:a"},
                           {"token": "a", "as": "tutor:b"}]}})",
     "auth.tokens[1].token: expected each token only once"},
    {R"({"auth": {"tokens_file": "/nowhere/at/all"}})",
     "auth.tokens_file: expected a readable file"},
    // policy: types, units, zones, rates
    {R"({"policy": {"log_window": 72}})",
     "policy.log_window: expected a duration"},
    {R"({"policy": {"log_window": "72"}})",
     "policy.log_window: expected a duration"},
    {R"({"policy": {"log_window": "72 hours"}})",
     "policy.log_window: expected a duration"},
    {R"({"policy": {"log_window": "-1h"}})",
     "policy.log_window: expected a duration"},
    {R"({"policy": {"recap": {"min_characters": "150"}}})",
     "policy.recap.min_characters: expected a whole number"},
    {R"({"policy": {"recap": {"min_characters": 1.5}}})",
     "policy.recap.min_characters: expected a whole number"},
    {R"({"policy": {"recap": {"max_characters": 10}}})",
     "policy.recap.max_characters: expected a whole number"},
    {R"({"policy": {"duration": {"step_minutes": 0}}})",
     "policy.duration.step_minutes: expected a whole number"},
    {R"({"policy": {"duration": {"max_minutes": 1441}}})",
     "policy.duration.max_minutes: expected a whole number"},
    {R"({"policy": {"limits": {"tutor_minutes_per_week": -1}}})",
     "policy.limits.tutor_minutes_per_week: expected a whole number"},
    {R"({"policy": {"limits": {"pair_sessions_per_day": "1"}}})",
     "policy.limits.pair_sessions_per_day: expected a whole number"},
    {R"({"policy": {"week_starts_on": "mon"}})",
     "policy.week_starts_on: expected a day"},
    {R"({"policy": {"timezone": "EST+5"}})", "policy.timezone: expected "},
    {R"({"policy": {"timezone": "Mars/Olympus"}})",
     "policy.timezone: expected "},
    {R"({"policy": {"confirmation": "some"}})",
     "policy.confirmation: expected "},
    {R"({"policy": {"auto_confirm_after": 3}})",
     "policy.auto_confirm_after: expected a duration"},
    {R"({"policy": {"pay": {"rate_per_hour": -1}}})",
     "policy.pay.rate_per_hour: expected "},
    {R"({"policy": {"pay": {"rate_per_hour": 15.5}}})",
     "policy.pay.rate_per_hour: expected "},
    {R"({"policy": {"pay": {"currency": "dollars"}}})",
     "policy.pay.currency: expected "},
    {R"({"policy": {"reminders": {"tutor_recap_reminder": ["48h", "24h"]}}})",
     "policy.reminders.tutor_recap_reminder: expected durations in ascending"},
    {R"({"policy": {"courses": {"no spaces": {}}}})",
     "policy.courses.no spaces: expected "},
    {R"({"policy": {"courses": {"M": {"log_window": 1}}}})",
     "policy.courses.M.log_window: expected a duration"},
    // engine, http, webhook, log
    {R"({"engine": {"shards": 0}})",
     "engine.shards: expected a whole number from 1 to 1024"},
    {R"({"engine": {"workers": 1000}})", "engine.workers: expected a whole"},
    {R"({"engine": {"journals": "1"}})", "engine.journals: expected a whole"},
    {R"({"engine": {"readers": 1.0}})", "engine.readers: expected a whole"},
    {R"({"engine": {"max_in_flight": null}})",
     "engine.max_in_flight: expected"},
    {R"({"engine": {"max_batch": 18446744073709551615}})",
     "engine.max_batch: expected a whole"},
    {R"({"engine": {"max_resident_sessions": 0}})",
     "engine.max_resident_sessions: expected a whole"},
    {R"({"engine": {"session_idle_ms": -5}})",
     "engine.session_idle_ms: expected a whole"},
    {R"({"http": {"max_connections": 0}})",
     "http.max_connections: expected a whole"},
    {R"({"http": {"header_timeout_ms": 0}})",
     "http.header_timeout_ms: expected a whole"},
    {R"({"http": {"idle_timeout_ms": "1s"}})",
     "http.idle_timeout_ms: expected a whole"},
    {R"({"http": {"max_connections_per_address": 0}})",
     "http.max_connections_per_address: expected a whole"},
    {R"({"http": {"hosts": "a"}})", "http.hosts: expected a list, names"},
    {R"({"http": {"hosts": ["a", "http://b"]}})",
     "http.hosts[1]: expected names"},
    {R"({"http": {"hosts": [1]}})", "http.hosts[0]: expected names"},
    {R"({"http": {"hosts": ["*"]}})", "http.hosts[0]: expected names"},
    {R"({"http": {"origins": ["*"]}})", "http.origins[0]: expected origins"},
    {R"({"http": {"origins": ["null"]}})", "http.origins[0]: expected origins"},
    {R"({"http": {"origins": ["https://a/"]}})",
     "http.origins[0]: expected origins"},
    {R"({"http": {"public_url": "a.example"}})",
     "http.public_url: expected a URL"},
    {R"({"http": {"public_url": "https://a.example/x"}})",
     "http.public_url: expected a URL"},
    {R"({"http": {"trusted_proxies": ["10.0.0.0/33"]}})",
     "http.trusted_proxies[0]: expected networks"},
    {R"({"http": {"trusted_proxies": ["proxy"]}})",
     "http.trusted_proxies[0]: expected networks"},
    {R"({"webhook": {"url": "ftp://a"}})", "webhook.url: expected a URL"},
    {R"({"webhook": {"secret": 1}})", "webhook.secret: expected a text"},
    {R"({"webhook": {"timeout_ms": 0}})",
     "webhook.timeout_ms: expected a whole"},
    {R"({"log": {"level": "loud"}})", R"(log.level: expected one of "trace")"},
});

}  // namespace

CAF_TEST(every wrong setting is refused with its path and what was expected) {
  for (const auto &w : wrongs) {
    const auto error = error_of(w.text);
    if (!error.starts_with(w.start))
      CAF_ERROR(w.text << " gave: " << error << ", not: " << w.start);
    else
      CAF_CHECK(true);
  }
}

CAF_TEST(a wrong variable is refused by its own name) {
  CAF_CHECK_EQUAL(error_of("", {{"RECAPD_ENGINE_SHARDS", "many"}}),
                  "RECAPD_ENGINE_SHARDS: expected a whole number");
  CAF_CHECK_EQUAL(error_of("", {{"RECAPD_ENGINE_SHARDS", "0"}}),
                  "RECAPD_ENGINE_SHARDS: expected a whole number from 1 to "
                  "1024");
  CAF_CHECK(error_of("", {{"RECAPD_POLICY_LOG_WINDOW", "soon"}})
                .starts_with("RECAPD_POLICY_LOG_WINDOW: expected a duration"));
  CAF_CHECK(error_of("", {{"RECAPD_AUTH_TOKENS", "[{]"}})
                .starts_with("RECAPD_AUTH_TOKENS: expected JSON"));
  CAF_CHECK(error_of("", {{"RECAPD_AUTH_TOKENS", "[1]"}})
                .starts_with("RECAPD_AUTH_TOKENS[0]: expected {"));
}

CAF_TEST(a wrong option is refused by its own name) {
  config::overrides o;
  o.listen = "nowhere";
  CAF_CHECK(error_of("", {}, o).starts_with("--listen: expected HOST:PORT"));
  o = {};
  o.clock = "sundial";
  CAF_CHECK(error_of("", {}, o).starts_with("--clock: expected one of"));
  o = {};
  o.ingress = "kafka";
  CAF_CHECK(error_of("", {}, o).starts_with("--ingress: expected one of"));
  o = {};
  o.database = "nonsense";
  CAF_CHECK(error_of("", {}, o).starts_with("--database: expected a Postgre"));
}

CAF_TEST(nesting without end is refused) {
  std::string deep{R"({"policy": )"};
  for (int i = 0; i < 1000; ++i)
    deep += "[";
  CAF_CHECK(error_of(deep).starts_with("line 1, column"));
}
