// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE admissions
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;

namespace {

struct fixture : world {
  /// Sends only the head of a request whose body would be of that size.
  answer ask(const std::string &line, const std::string &fields,
             const std::string &size = "4000000") {
    auto c = connect();
    c.send(line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + size
           + "\r\nExpect: 100-continue\r\n" + fields + "\r\n");
    const auto a = c.receive().value_or(answer{});
    CAF_CHECK_EQUAL(a.header("connection"), "close");
    return a;
  }
  void with_tokens() {
    settings.auth = recapd::config::auth_mode::token;
    settings.tokens = {
        {.secret = "t", .as = {recapd::workflows::role::tutor, "ann"}},
        {.secret = "m", .as = {recapd::workflows::role::manager, "mia"}}};
    serve();
  }
};

const std::string batch =
    "Content-Type: application/cloudevents-batch+json\r\n";
const std::string known = "Authorization: Bearer t\r\n";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(admission_tests, fixture)

CAF_TEST(whom the token does not admit is told so before the body) {
  with_tokens();
  CAF_CHECK_EQUAL(ask("POST /v1/commands", batch).status, 401u);
  CAF_CHECK_EQUAL(
      ask("POST /v1/commands", batch + "Authorization: Bearer x\r\n").status,
      401u);
  CAF_CHECK_EQUAL(
      ask("POST /v1/clock", known + "Content-Type: application/json\r\n")
          .status,
      403u);
  CAF_CHECK_EQUAL(ask("GET /v1/sessions", "").status, 401u);
  CAF_CHECK_EQUAL(
      ask("POST /v1/commands", batch + "Authorization: Bearer m\r\n").status,
      403u);
  const auto json = known + "Content-Type: application/json\r\n";
  CAF_CHECK_EQUAL(ask("PUT /v1/people/tutor:zoe", json, "20").status, 403u);
}

CAF_TEST(what the head alone tells is told before the body) {
  with_tokens();
  CAF_CHECK_EQUAL(ask("POST /v1/nowhere", "").status, 404u);
  CAF_CHECK_EQUAL(ask("PUT /v1/commands", "").status, 405u);
  CAF_CHECK_EQUAL(ask("POST /v1/commands?x=1", known + batch).status, 400u);
  CAF_CHECK_EQUAL(
      ask("POST /v1/commands", known + "Content-Type: text/plain\r\n").status,
      415u);
  CAF_CHECK_EQUAL(ask("POST /v1/commands", known + batch, "4194305").status,
                  413u);
}

CAF_TEST(a client whose body will be read is told to go on) {
  with_tokens();
  auto c = connect();
  c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\n" + known + batch
         + "Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
  CAF_CHECK_EQUAL(c.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("[]");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 200u);
}

CAF_TEST(the old version is never told to go on) {
  serve();
  auto c = connect();
  c.send("POST /v1/commands HTTP/1.0\r\nHost: localhost\r\n" + batch
         + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n[]");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 200u);
}

CAF_TEST(a refused client that sends its whole body gets the answer) {
  with_tokens();
  for (int i = 0; i < 20; ++i) {
    auto c = connect();
    const auto a =
        c.post("/v1/commands", batch_type, std::string(4'000'000, ' '));
    CAF_CHECK_EQUAL(a.status, 401u);
    CAF_CHECK_EQUAL(a.header("www-authenticate"), "Bearer realm=\"recapd\"");
  }
}

CAF_TEST(a refusal without a body leaves the connection) {
  with_tokens();
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/v1/sessions").status, 401u);
  CAF_CHECK_EQUAL(c.get("/v1/nowhere").status, 404u);
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
}

CAF_TEST(what changes the clock or the letters comes as JSON) {
  serve();
  const auto move = [this](const field_list &fields) {
    return connect()
        .call("POST", "/v1/clock", fields, R"({"advance":"1s"})")
        .status;
  };
  for (const auto *type :
       {"text/plain", "application/x-www-form-urlencoded",
        "multipart/form-data", "application/jsonx", "", "application/json-seq",
        "text/plain; application/json", "application/json; charset=latin1"}) {
    CAF_CHECK_EQUAL(move({{"Content-Type", type}}), 415u);
    CAF_CHECK_EQUAL(connect().post("/v1/dead-letters/1/retry", type, "").status,
                    415u);
  }
  CAF_CHECK_EQUAL(move({}), 415u);
  CAF_CHECK_EQUAL(connect().call("POST", "/v1/dead-letters/1/retry").status,
                  415u);
  CAF_CHECK_EQUAL(connect().get("/v1/clock").body,
                  R"({"now":"2026-11-23T14:00:00Z"})");
  CAF_CHECK_EQUAL(move({{"Content-Type", "Application/JSON; charset=UTF-8"}}),
                  200u);
}

CAF_TEST_FIXTURE_SCOPE_END()
