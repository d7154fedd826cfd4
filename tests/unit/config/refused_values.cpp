// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE refused_values

#include <array>

#include "tests/support/nested.hpp"
#include "tests/unit/config/reading.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;

namespace {

struct wrong_file {
  std::string_view text;
  std::string_view start;  ///< of the message: the path and what was expected
};

constexpr auto wrong_files = std::to_array<wrong_file>({
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
    {R"({"": {}})", "\"\": expected no such section"},
    {R"({"http": {"public_url": "https://a"}, "mail": {
        "smtp_url": "smtps://a"}})",
     "mail.from: expected the sender"},
});

struct wrong_setting {
  std::string_view path;
  std::string_view value;  ///< as JSON
  std::string_view said;   ///< how the message goes on behind the path
};

constexpr auto wrong_settings = std::to_array<wrong_setting>({
    // Unknown sections and members.
    {"nodes", "{}", ": expected no such section; there are node,"},
    {"node.lisen", R"("a:1")",
     ": expected no such setting; there are listen, address,"},
    {"database.uri", R"("")", ": expected no such setting"},
    {"ingress.x", "1", ": expected no such setting"},
    {"auth.x", "1", ": expected no such setting"},
    {"engine.x", "1", ": expected no such setting"},
    {"http.x", "1",
     ": expected no such setting; there are max_connections, "
     "max_connections_per_address, header_timeout_ms, idle_timeout_ms, hosts, "
     "origins, public_url, trusted_proxies"},
    {"database", R"({"statement_ms": 0, "url": "x"})",
     ".url: expected a PostgreSQL URL"},
    {"webhook.x", "1", ": expected no such setting"},
    {"log.x", "1", ": expected no such setting"},
    {"policy.x", "1", ": expected "},
    {"policy.recap.x", "1", ": expected "},
    {"policy.limits.x", "1", ": expected "},
    {"policy.reminders.x", "1", ": expected "},
    {"policy.courses.M.x", "1", ": expected "},
    // Sections of the wrong type.
    {"node", "1", ": expected an object"},
    {"policy", "[]", ": expected an object"},
    {"log", "null", ": expected an object"},
    // node
    {"node.listen", "8080", ": expected a text"},
    {"node.listen", R"("8080")", ": expected HOST:PORT"},
    {"node.listen", R"(":8080")", ": expected HOST:PORT"},
    {"node.listen", R"("a:65536")", ": expected HOST:PORT"},
    {"node.listen", R"("a:-1")", ": expected HOST:PORT"},
    {"node.listen", R"("a:80x")", ": expected HOST:PORT"},
    {"node.listen", R"("::1:80")", ": expected HOST:PORT"},
    {"node.listen", R"("[]:80")", ": expected HOST:PORT"},
    {"node.listen", R"("[a]b]:80")", ": expected HOST:PORT"},
    {"node.name", "false", ": expected a text"},
    {"node.address", R"("a")", ": expected HOST:PORT, none, or nothing"},
    {"node.address", R"("a b:1")", ": expected HOST:PORT, none, or nothing"},
    {"node.address", R"("a:0")", ": expected HOST:PORT, none, or nothing"},
    {"node.address", R"("0.0.0.0:1")",
     ": expected HOST:PORT, none, or nothing"},
    {"node.lease_ms", "100", ": expected a whole"},
    {"node.data", R"("")", ": expected a folder"},
    {"node.clock", R"("slow")", R"(: expected one of "system", "manual")"},
    // database, ingress
    {"database.url", R"("localhost")", ": expected a PostgreSQL URL"},
    {"database.url", "null", ": expected a text"},
    {"ingress.kind", R"("kafka")", R"(: expected one of "inbox", "nats")"},
    {"ingress.nats_url", "1", ": expected a text"},
    {"ingress.nats_url", R"("host:4222")",
     ": expected a URL that begins with nats://"},
    {"ingress.nats_partitions", "0", ": expected"},
    {"ingress.nats_partitions", "48", ": expected a power of two"},
    {"ingress.nats_partitions", "2048", ": expected"},
    {"ingress.nats_replicas", "0", ": expected"},
    {"ingress.nats_replicas", "6", ": expected"},
    // auth
    {"auth.mode", R"("open")",
     R"(: expected one of "trusted", "token", "oidc")"},
    {"auth", R"({"mode": "oidc"})",
     ".oidc.issuer: expected the provider's URL"},
    {"auth", R"({"mode": "oidc", "oidc": {"issuer": "http://login.example"}})",
     ".oidc.issuer: expected the provider's URL"},
    {"auth", R"({"mode": "oidc", "oidc": {"issuer": "https://a.example?b"}})",
     ".oidc.issuer: expected the provider's URL"},
    {"auth", R"({"mode": "oidc", "oidc": {"issuer": "https://a.example/b"}})",
     ".oidc.audience: expected what tokens"},
    {"http", R"({"public_url": ""}, "auth": {"mode": "oidc", "oidc": {
        "issuer": "https://a", "audience": "b", "client_id": "c"}})",
     ".public_url: expected where people reach it"},
    {"auth.oidc", "[]", ": expected an object"},
    {"auth.oidc.scopes", R"("profile")", ": expected scopes with openid"},
    {"auth.oidc.scopes", R"(["openid", 1])", ": expected texts"},
    {"auth.oidc.issuers", R"("x")",
     ": expected no such setting; there are issuer, audience, client_id, "
     "client_secret, scopes, claims, roles"},
    {"auth.oidc.claims", R"("x")", ": expected an object"},
    {"auth.oidc.claims.sub", R"("x")",
     ": expected no such setting; there are id, role, programs, name"},
    {"auth.oidc.claims.id", R"("")", ": expected a claim's name"},
    {"auth.oidc.claims.id", "1", ": expected a text"},
    {"auth.oidc.roles", R"(["tutor"])", ": expected {"},
    {"auth.oidc.roles", R"({"boss": "king"})", ".boss: expected tutor, "},
    {"auth", R"({"mode": "token"})", ".tokens: expected at least one token"},
    {"auth.tokens", "{}", ": expected a list"},
    {"auth.tokens", "[1]", "[0]: expected {"},
    {"auth.tokens", R"([{"token": "a"}])", "[0].as: expected tutor:ID"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a", "x": 1}])",
     "[0].x: expected no such member"},
    {"auth.tokens", R"([{"as": "tutor:a"}])", "[0].token: expected a text"},
    {"auth.tokens", R"([{"token": "sha256:0f", "as": "tutor:a"}])",
     "[0].token: expected sha256: and 64"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "programs": []}])",
     R"([0].programs: expected ["*"])"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "programs": "day"}])",
     R"([0].programs: expected ["*"])"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "programs": ["*", "day"]}])",
     R"([0].programs: expected ["*"])"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "programs": ["a day"]}])",
     R"([0].programs: expected ["*"])"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "expires": "2027-07-01"}])",
     "[0].expires: expected a time"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a",
        "expires": null}])",
     "[0].expires: expected a time"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a"}, {"as": "tutor:b",
        "token": "sha256:CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB"}])",
     "[1].token: expected each token only once"},
    {"auth.tokens", R"([{"token": "", "as": "tutor:a"}])",
     "[0].token: expected a text"},
    {"auth.tokens", R"([{"token": "a", "as": "boss:a"}])",
     "[0].as: expected tutor:ID"},
    {"auth.tokens", R"([{"token": "a", "as": "tutor:a"},
                           {"token": "a", "as": "tutor:b"}])",
     "[1].token: expected each token only once"},
    {"auth.tokens_file", R"("/nowhere/at/all")", ": expected a readable file"},
    // policy: types, units, zones, rates
    {"policy.log_window", "72", ": expected a duration"},
    {"policy.log_window", R"("72")", ": expected a duration"},
    {"policy.log_window", R"("72 hours")", ": expected a duration"},
    {"policy.log_window", R"("-1h")", ": expected a duration"},
    {"policy.recap.min_characters", R"("150")", ": expected a whole number"},
    {"policy.recap.min_characters", "1.5", ": expected a whole number"},
    {"policy.recap.max_characters", "10", ": expected a whole number"},
    {"policy.duration.step_minutes", "0", ": expected a whole number"},
    {"policy.duration.max_minutes", "1441", ": expected a whole number"},
    {"policy.limits.tutor_minutes_per_week", "-1", ": expected a whole number"},
    {"policy.limits.pair_sessions_per_day", R"("1")",
     ": expected a whole number"},
    {"policy.week_starts_on", R"("mon")", ": expected a day"},
    {"policy.timezone", R"("EST+5")", ": expected "},
    {"policy.timezone", R"("Mars/Olympus")", ": expected "},
    {"policy.confirmation", R"("some")", ": expected "},
    {"policy.auto_confirm_after", "3", ": expected a duration"},
    {"policy.pay.rate_per_hour", "-1", ": expected "},
    {"policy.pay.rate_per_hour", "15.5", ": expected "},
    {"policy.pay.currency", R"("dollars")", ": expected "},
    {"policy.pay.settle_after", R"("soon")", ": expected a duration"},
    {"policy.reminders.tutor_recap_reminder", R"(["48h", "24h"])",
     ": expected durations in ascending"},
    {"policy.courses.no spaces", "{}", ": expected "},
    {"policy.courses.M.log_window", "1", ": expected a duration"},
    // engine, http, webhook, log
    {"engine.shards", "0", ": expected a whole number from 1 to 1024"},
    {"engine.workers", "1000", ": expected a whole"},
    {"engine.journals", R"("1")", ": expected a whole"},
    {"engine.readers", "1.0", ": expected a whole"},
    {"engine.max_in_flight", "null", ": expected"},
    {"engine.max_batch", "18446744073709551615", ": expected a whole"},
    {"engine.max_resident_sessions", "0", ": expected a whole"},
    {"engine.session_idle_ms", "-5", ": expected a whole"},
    {"http.max_connections", "0", ": expected a whole"},
    {"http.header_timeout_ms", "0", ": expected a whole"},
    {"http.idle_timeout_ms", R"("1s")", ": expected a whole"},
    {"http.max_connections_per_address", "0", ": expected a whole"},
    {"http.hosts", R"("a")", ": expected a list, names"},
    {"http.hosts", R"(["a", "http://b"])", "[1]: expected names"},
    {"http.hosts", "[1]", "[0]: expected names"},
    {"http.hosts", R"(["*"])", "[0]: expected names"},
    {"http.origins", R"(["*"])", "[0]: expected origins"},
    {"http.origins", R"(["null"])", "[0]: expected origins"},
    {"http.origins", R"(["https://a/"])", "[0]: expected origins"},
    {"http.public_url", R"("a.example")", ": expected a URL"},
    {"http.public_url", R"("https://a.example/x?y")", ": expected a URL"},
    {"http.public_url", R"("https://a.example/x//y")", ": expected a URL"},
    {"http.public_url", R"("https://a.example/../x")", ": expected a URL"},
    {"http.public_url", R"("https:///x")", ": expected a URL"},
    {"http.public_url", R"("/x")", ": expected a URL"},
    {"http.trusted_proxies", R"(["10.0.0.0/33"])", "[0]: expected networks"},
    {"http.trusted_proxies", R"(["proxy"])", "[0]: expected networks"},
    {"webhook.url", R"("ftp://a")", ": expected a URL"},
    {"webhook.secret", "1", ": expected a text"},
    {"retention.outcomes", "30", ": expected a text"},
    {"retention.outcomes", R"("4000d")", ": expected a duration"},
    {"webhook.timeout_ms", "0", ": expected a whole"},
    // mail
    {"mail.smtp_url", R"("http://a")", ": expected a URL"},
    {"mail.smtp_url", R"("smtp://")", ": expected a URL"},
    {"mail.smtp_url", R"("smtp://a?tls=yes")", ": expected a URL"},
    {"mail.smtp_url", R"("smtps://a?tls=no")", ": expected a URL"},
    {"mail.smtp_url", R"("smtp://ann@a")", ": expected a URL"},
    {"mail.smtp_url", R"("smtp://ann:hush@a?tls=no")", ": expected a URL"},
    {"mail.smtp_url", R"("smtps://a")", ": expected http.public_url"},
    {"mail.from", R"("nobody")", ": expected an address"},
    {"mail.from", R"("a\nb <a@b>")", ": expected an address"},
    {"mail.reply_to", R"("a@b, c@d")", ": expected an address"},
    {"mail.address.tutor", R"("a@b")", ": expected an address with {id}"},
    {"mail.address.student", R"("{id}{id}@b")",
     ": expected an address with {id}"},
    {"mail.address.support", R"("{id}@b")", ": expected an address"},
    {"mail.address.admin", R"("a@b")", ": expected no such setting"},
    {"mail.quiet", R"(["22:00"])", ": expected two times"},
    {"mail.quiet", R"(["22:00", "22:00"])", ": expected two times"},
    {"mail.quiet", R"(["22:00", "7:00"])", ": expected two times"},
    {"mail.digest", R"("0m")", ": expected a duration"},
    {"mail.digest", R"("8d")", ": expected a duration"},
    {"mail.per_minute", "0", ": expected a whole"},
    {"log.level", R"("loud")", R"(: expected one of "trace")"},
});

void check_refused(std::string_view text, std::string_view start) {
  const auto error = error_of(text);
  if (!error.starts_with(start))
    CAF_ERROR(text << " gave: " << error << ", not: " << start);
  else
    CAF_CHECK(true);
}

}  // namespace

CAF_TEST(every wrong setting is refused with its path and what was expected) {
  for (const auto &[text, start] : wrong_files)
    check_refused(text, start);
  for (const auto &[path, value, said] : wrong_settings)
    check_refused(nested(path, value), std::string{path}.append(said));
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
