// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE wire_forms
#include <boost/json/parse.hpp>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;

namespace {

struct fixture : world {};

constexpr auto get_health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(wire_form_tests, fixture)

CAF_TEST(a connection is kept for the next request) {
  serve();
  auto c = connect();
  for (int i = 0; i < 3; ++i)
    CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
}

CAF_TEST(requests sent at once are answered in order) {
  serve();
  auto c = connect();
  c.send(std::string{get_health}
         + "GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n" + get_health);
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).json(),
                  boost::json::parse(R"({"status":"ok"})"));
  CAF_CHECK(
      c.receive().value_or(answer{}).json().as_object().contains("sessions"));
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 200u);
}

CAF_TEST(a client that wants to close is closed) {
  serve();
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/healthz", {{"Connection", "close"}}).status, 200u);
  CAF_CHECK(c.closed());
  auto old = connect();
  old.send("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
  CAF_CHECK_EQUAL(old.receive().value_or(answer{}).status, 200u);
  CAF_CHECK(old.closed());
}

CAF_TEST(garbage is answered with 400 and the connection ends) {
  serve();
  for (const auto *text : {"hello there\r\n\r\n", "\x16\x03\x01\r\n\r\n",
                           "GET /healthz HTTP/1.1\r\nbroken\r\n\r\n"}) {
    CAF_MESSAGE(text);
    auto c = connect();
    c.send(text);
    const auto a = c.receive().value_or(answer{});
    CAF_CHECK_EQUAL(a.status, 400u);
    CAF_CHECK_EQUAL(a.problem(), "malformed");
    c.shutdown_send();
    CAF_CHECK(c.closed());
  }
  CAF_CHECK_EQUAL(connect().get("/healthz").status, 200u);
}

CAF_TEST(half a request and then the end of it is 400) {
  serve();
  auto c = connect();
  c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
         "10\r\nContent-Type: application/cloudevents+json\r\n\r\n{}");
  c.shutdown_send();
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 400u);
}

CAF_TEST(a client that is too slow is cut off) {
  settings.http.header_timeout_ms = 50;
  serve();
  auto silent = connect();
  CAF_CHECK(silent.closed());
  auto head = connect();
  head.send("GET /healthz HTT");
  CAF_CHECK(head.closed());
  auto body = connect();
  body.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            "10\r\nContent-Type: application/cloudevents+json\r\n\r\n{}");
  CAF_CHECK(body.closed());
}

CAF_TEST(a client that does not read its answers is cut off) {
  serve({.write_timeout = 50ms});
  auto c = connect();
  // More than the buffers between hold: each answer is over 10 KB.
  std::string requests;
  for (int i = 0; i < 4000; ++i)
    requests += "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  c.send(requests);
  CAF_CHECK(c.cut_off());
  CAF_CHECK_EQUAL(connect().get("/healthz").status, 200u);
}

CAF_TEST(a connection that rests too long is closed) {
  settings.http.idle_timeout_ms = 50;
  serve();
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
  CAF_CHECK(c.closed());
}

CAF_TEST(a header past 16 KiB is refused) {
  serve();
  auto c = connect();
  const auto a = c.get("/healthz", {{"X", std::string(17000, 'x')}});
  CAF_CHECK_EQUAL(a.status, 431u);
}

CAF_TEST(a body past the limit is refused though all of it was sent) {
  serve();
  auto c = connect();
  const auto a =
      c.post("/v1/commands", event_type, std::string(2'000'000, ' '));
  CAF_CHECK_EQUAL(a.status, 413u);
  CAF_CHECK_EQUAL(a.problem(), "too-large");
  auto batch = connect();
  CAF_CHECK_EQUAL(
      batch.post("/v1/commands", batch_type, std::string(4'194'305, ' '))
          .status,
      413u);
}

CAF_TEST(a chunked body is held to the same limit) {
  serve();
  auto c = connect();
  const std::string chunk(65537, ' ');
  c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\n"
         "Transfer-Encoding: chunked\r\n"
         "Content-Type: application/cloudevents+json\r\n\r\n10001\r\n"
         + chunk + "\r\n0\r\n\r\n");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 413u);
}

CAF_TEST(a client that asks first is told to go on) {
  serve();
  auto c = connect();
  c.send(
      "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n"
      "Content-Type: application/cloudevents+json\r\n\r\n");
  CAF_CHECK_EQUAL(c.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("{}");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 400u);
}

CAF_TEST(a client that asks first for too much is refused before it sends) {
  serve();
  auto c = connect();
  c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
         "9999999\r\n"
         "Content-Type: application/cloudevents+json\r\n"
         "Expect: 100-continue\r\n\r\n");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 413u);
}

CAF_TEST(connections past the bound are told so) {
  settings.http.max_connections = 2;
  serve();
  auto a = connect();
  auto b = connect();
  CAF_CHECK_EQUAL(a.get("/healthz").status, 200u);
  CAF_CHECK_EQUAL(b.get("/healthz").status, 200u);
  auto c = connect();
  const auto no = c.receive().value_or(answer{});
  CAF_CHECK_EQUAL(no.status, 503u);
  CAF_CHECK_EQUAL(no.header("retry-after"), "1");
  CAF_CHECK_EQUAL(a.get("/healthz").status, 200u);
}

CAF_TEST(an unknown path is 404 and a wrong method 405 with what is allowed) {
  serve();
  auto c = connect();
  for (const auto *path :
       {"/v1", "/v1/session", "/v1/sessions/", "/v1/sessions/a/b", "/healthz/",
        "/v1/sessions//history"})
    CAF_CHECK_EQUAL(c.get(path).problem(), "not-found");
  const auto no = c.call("DELETE", "/v1/sessions/s-1");
  CAF_CHECK_EQUAL(no.status, 405u);
  CAF_CHECK_EQUAL(no.header("allow"), "GET, HEAD");
  CAF_CHECK_EQUAL(c.get("/v1/commands").header("allow"), "POST");
  CAF_CHECK_EQUAL(c.call("PUT", "/v1/clock").header("allow"),
                  "GET, HEAD, POST");
}

CAF_TEST(HEAD is GET without the body) {
  serve();
  auto c = connect();
  const auto full = c.get("/openapi.json");
  const auto head = c.call("HEAD", "/openapi.json");
  CAF_CHECK_EQUAL(head.status, 200u);
  CAF_CHECK_EQUAL(head.body, "");
  CAF_CHECK_EQUAL(head.header("content-length"),
                  std::to_string(full.body.size()));
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
}

CAF_TEST(a port that is taken is named) {
  serve();
  auto other = settings;
  other.listen_port = server->port();
  std::string what;
  try {
    http::server{*engine, other, *meters};
  } catch (const std::runtime_error &e) {
    what = e.what();
  }
  CAF_CHECK(what.find("127.0.0.1:" + std::to_string(server->port()))
            != std::string::npos);
}

CAF_TEST(stopping closes what rests and returns) {
  serve();
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
  server->stop();
  CAF_CHECK(c.closed());
  server->stop();
}

CAF_TEST_FIXTURE_SCOPE_END()
