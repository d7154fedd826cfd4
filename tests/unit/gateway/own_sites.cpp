// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE own_sites
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
using recapd::config::parse_authority;
using recapd::config::parse_origin;

namespace {

struct fixture : world {
  [[nodiscard]] std::string port() const {
    return std::to_string(server->port());
  }
  answer host(const std::string &name) const {
    return connect().get("/v1/sessions", {{"Host", name}});
  }
  answer from(const std::string &origin,
              const std::string &host = "localhost") const {
    return connect().get("/v1/sessions", {{"Host", host}, {"Origin", origin}});
  }
  answer preflight(const std::string &origin, const std::string &path,
                   const std::string &method) const {
    return connect().call("OPTIONS", path,
                          {{"Origin", origin},
                           {"Access-Control-Request-Method", method},
                           {"Access-Control-Request-Headers",
                            "authorization,content-type, ce-id,x-other"}});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(site_tests, fixture)

CAF_TEST(a node answers to the names it was told and to no other) {
  settings.http.hosts = {*parse_authority("Recap.example"),
                         *parse_authority("narrow.example:81"),
                         *parse_authority("plain.example:443")};
  settings.http.public_url = parse_origin("https://people.example");
  serve();
  for (const auto &name : std::vector<std::string>{
           "localhost", "localhost:" + port(), "LOCALHOST:1",
           "127.0.0.1:" + port(), "127.0.0.1", "[::1]", "[0::1]:9",
           "recap.example", "recap.EXAMPLE:8443", "narrow.example:81",
           "plain.example", "people.example", "people.example:8443"}) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(host(name).status, 200u);
  }
  for (const auto *name :
       {"evil.example", "localhost.evil.example", "evil.example:80",
        "recap.example.evil.example", "xrecap.example", "narrow.example",
        "narrow.example:82", "plain.example:80", "10.0.0.1", "127.0.0.2",
        "127.1", "[::2]", "localhost."}) {
    CAF_MESSAGE(name);
    const auto no = host(name);
    CAF_CHECK_EQUAL(no.status, 403u);
    CAF_CHECK_EQUAL(no.problem(), "unknown-host");
    CAF_CHECK(no.body.find("http.hosts") != std::string::npos);
  }
}

CAF_TEST(nothing is done for another host) {
  serve();
  const auto body = text(schedule("c-1", "s-1"));
  CAF_CHECK_EQUAL(
      connect()
          .post("/v1/commands", event_type, body, {{"Host", "evil.example"}})
          .status,
      403u);
  auto c = connect();
  c.send("GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n"
         "\r\n");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 403u);
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/s-1").status, 404u);
}

CAF_TEST(on all addresses each that a connection comes to is known) {
  settings.listen_host = "0.0.0.0";
  serve();
  http_client here{server->port(), "127.0.0.5"};
  CAF_CHECK_EQUAL(here.get("/healthz", {{"Host", "127.0.0.5"}}).status, 200u);
  CAF_CHECK_EQUAL(
      here.get("/healthz", {{"Host", "127.0.0.5:" + port()}}).status, 200u);
  CAF_CHECK_EQUAL(here.get("/healthz", {{"Host", "127.0.0.6"}}).status, 403u);
  CAF_CHECK_EQUAL(here.get("/healthz", {{"Host", "0.0.0.0"}}).status, 200u);
}

CAF_TEST(the pages of other sites are refused) {
  settings.http.public_url = parse_origin("https://people.example");
  settings.http.origins = {*parse_origin("https://app.example")};
  serve();
  for (const auto &[origin, name] :
       std::vector<std::pair<std::string, std::string>>{
           {"http://localhost", "localhost"},
           {"http://localhost:" + port(), "localhost:" + port()},
           {"https://people.example", "127.0.0.1:" + port()},
           {"https://people.example", "people.example"},
           {"https://app.example", "localhost"}}) {
    CAF_MESSAGE(origin);
    CAF_CHECK_EQUAL(from(origin, name).status, 200u);
  }
  for (const auto *origin :
       {"https://evil.example", "null", "", "http://localhost:1",
        "http://app.example", "https://app.example:444", "https://app.example/",
        "https://app.example.evil.example", "http://people.example", "file://",
        "localhost", "https://app.example https://evil.example"}) {
    CAF_MESSAGE(origin);
    const auto no = from(origin);
    CAF_CHECK_EQUAL(no.status, 403u);
    CAF_CHECK_EQUAL(no.problem(), "foreign-origin");
    CAF_CHECK_EQUAL(no.header("access-control-allow-origin"), "");
  }
  CAF_CHECK_EQUAL(connect()
                      .get("/healthz", {{"Origin", "https://app.example"},
                                        {"Origin", "https://app.example"}})
                      .status,
                  403u);
}

CAF_TEST(a page of the same host by another scheme is another sites) {
  settings.http.public_url = parse_origin("https://people.example");
  serve();
  for (const auto &[origin, name] :
       std::vector<std::pair<std::string, std::string>>{
           {"http://people.example", "people.example"},
           {"http://people.example:8080", "people.example:8080"},
           {"https://people.example:8443", "people.example:8443"},
           {"https://localhost", "localhost"},
           {"https://localhost:" + port(), "localhost:" + port()}}) {
    CAF_MESSAGE(origin);
    CAF_CHECK_EQUAL(from(origin, name).status, 403u);
  }
  CAF_CHECK_EQUAL(from("https://people.example", "people.example").status,
                  200u);
}

CAF_TEST(another sites page moves no clock) {
  serve();
  const auto moved =
      connect().post("/v1/clock", "application/json", R"({"advance":"1s"})",
                     {{"Origin", "https://evil.example"}});
  CAF_CHECK_EQUAL(moved.status, 403u);
  CAF_CHECK_EQUAL(connect().get("/v1/clock").body,
                  R"({"now":"2026-11-23T14:00:00Z"})");
}

CAF_TEST(what another sites page loads without an origin is refused) {
  serve();
  const auto load = [this](const std::string &site, const std::string &mode) {
    return connect()
        .get("/v1/sessions",
             {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", mode}})
        .status;
  };
  CAF_CHECK_EQUAL(load("cross-site", "no-cors"), 403u);
  CAF_CHECK_EQUAL(load("same-site", "no-cors"), 403u);
  CAF_CHECK_EQUAL(load("cross-site", "navigate"), 200u);
  CAF_CHECK_EQUAL(load("same-origin", "no-cors"), 200u);
  CAF_CHECK_EQUAL(load("none", "navigate"), 200u);
}

CAF_TEST(a listed page may read every answer) {
  settings.http.origins = {*parse_origin("https://app.example")};
  serve();
  for (const auto *path :
       {"/v1/sessions", "/v1/sessions/none", "/v1/nowhere"}) {
    const auto a = connect().get(path, {{"Origin", "https://app.example"}});
    CAF_CHECK_EQUAL(a.header("access-control-allow-origin"),
                    "https://app.example");
    CAF_CHECK_EQUAL(a.header("vary"), "Origin");
    CAF_CHECK(a.header("access-control-expose-headers").find("Retry-After")
              != std::string::npos);
    CAF_CHECK_EQUAL(a.header("access-control-allow-credentials"), "");
  }
  const auto plain = connect().get("/v1/sessions");
  CAF_CHECK_EQUAL(plain.header("access-control-allow-origin"), "");
  CAF_CHECK_EQUAL(plain.header("vary"), "Origin");
  auto events = connect();
  events.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n"
              "Origin: https://app.example\r\n\r\n");
  const auto head = events.read_until("\r\n\r\n");
  CAF_CHECK(head.find("Access-Control-Allow-Origin: https://app.example\r\n")
            != std::string::npos);
}

CAF_TEST(a listed page is told what it may send) {
  settings.auth = recapd::config::auth_mode::token;
  settings.tokens = {
      {.secret = "t", .as = {recapd::workflows::role::tutor, "ann"}}};
  settings.http.origins = {*parse_origin("https://app.example")};
  serve();
  const auto yes = preflight("https://app.example", "/v1/commands", "POST");
  CAF_CHECK_EQUAL(yes.status, 204u);
  CAF_CHECK_EQUAL(yes.body, "");
  CAF_CHECK_EQUAL(yes.header("content-length"), "");
  CAF_CHECK_EQUAL(yes.header("access-control-allow-origin"),
                  "https://app.example");
  CAF_CHECK_EQUAL(yes.header("access-control-allow-methods"), "POST");
  CAF_CHECK_EQUAL(yes.header("access-control-allow-headers"),
                  "authorization, content-type, ce-id");
  CAF_CHECK_EQUAL(
      preflight("https://app.example", "/v1/commands", "PUT").status, 405u);
  CAF_CHECK_EQUAL(preflight("https://app.example", "/v1/nowhere", "GET").status,
                  404u);
  CAF_CHECK_EQUAL(
      preflight("https://evil.example", "/v1/commands", "POST").status, 403u);
}

CAF_TEST(no answer is taken for another type than it has) {
  serve();
  for (const auto *path : {"/healthz", "/metrics", "/v1/nowhere"}) {
    const auto a = connect().get(path);
    CAF_CHECK_EQUAL(a.header("x-content-type-options"), "nosniff");
    CAF_CHECK_EQUAL(a.header("cache-control"), "no-store");
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
