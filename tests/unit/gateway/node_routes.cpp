// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE node_routes
#include "gateway/http/request.hpp"
#include "world.hpp"

#include <thread>

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;

namespace {

struct fixture : world {
  fixture() { serve(); }

  answer move(const std::string &body) {
    return connect().post("/v1/clock", "application/json", body);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(node_route_tests, fixture)

CAF_TEST(the manual clock is shown and moves forward) {
  CAF_CHECK_EQUAL(connect().get("/v1/clock").body,
                  R"({"now":"2026-11-23T14:00:00Z"})");
  CAF_CHECK_EQUAL(move(R"({"advance":"72h"})").body,
                  R"({"now":"2026-11-26T14:00:00Z"})");
  CAF_CHECK_EQUAL(move(R"({"set":"2026-11-26T10:00:00-05:00"})").body,
                  R"({"now":"2026-11-26T15:00:00Z"})");
  CAF_CHECK_EQUAL(move(R"({"set":"2026-11-26T15:00:00Z"})").status, 200u);
  const auto back = move(R"({"set":"2026-11-26T14:59:59Z"})");
  CAF_CHECK_EQUAL(back.status, 409u);
  CAF_CHECK_EQUAL(back.problem(), "clock-backwards");
}

CAF_TEST(a move that is none is refused) {
  for (const auto *body :
       {"", "{}", "[]", R"({"advance":"-1h"})", R"({"advance":72})",
        R"({"advance":"1h","set":"2026-12-01T00:00:00Z"})",
        R"({"set":"tomorrow"})", R"({"back":"1h"})",
        R"({"advance":"99999999h"})"})
    CAF_CHECK_EQUAL(move(body).status, 400u);
}

CAF_TEST(a parameter that a route does not know is refused on every route) {
  auto c = connect();
  for (const auto &r : all_routes()) {
    if (r.who.of == access::kind::node || r.page) continue;
    std::string path{r.pattern};
    if (const auto at = path.find("{}"); at != std::string::npos)
      path.replace(at, 2, path.starts_with("/v1/accounts") ? "tutor:a" : "1");
    CAF_MESSAGE(path);
    const auto answer = c.call(std::string{r.method}, path + "?colour=blue",
                               {{"Content-Type", "application/json"}});
    CAF_CHECK_EQUAL(answer.status, 400u);
    CAF_CHECK(text(answer.json()).find("colour") != std::string::npos);
  }
}

CAF_TEST(health and readiness tell different things) {
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
  CAF_CHECK_EQUAL(c.get("/readyz").status, 200u);
  engine->drain();
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
  const auto no = c.get("/readyz");
  CAF_CHECK_EQUAL(no.status, 503u);
  CAF_CHECK_EQUAL(no.json().at("reason").as_string(), "draining");
}

CAF_TEST(any source that cannot reach the database makes the node not ready) {
  auto c = connect();
  engine->database().fails("one", "no answer");
  engine->database().fails("other", "a lock");
  engine->database().answers("one");
  const auto no = c.get("/readyz");
  CAF_CHECK_EQUAL(no.status, 503u);
  CAF_CHECK_EQUAL(no.json().at("reason").as_string(), "database down");
  CAF_CHECK_EQUAL(no.json().at("reasons").at(0).at("detail").as_string(),
                  "The database takes no commands: a lock.");
  CAF_CHECK(c.get("/metrics").body.find("recapd_database_up 0\n")
            != std::string::npos);
  engine->database().answers("other");
  CAF_CHECK_EQUAL(c.get("/readyz").status, 200u);
  CAF_CHECK(c.get("/metrics").body.find("recapd_database_up 1\n")
            != std::string::npos);
}

CAF_TEST(a sinks lag is the events it has yet to get) {
  (void)submit(schedule("c-1", "s-1"));
  (void)submit(schedule("c-2", "s-2"));
  meters->feed_at("webhook", 0);
  const auto page = connect().get("/metrics").body;
  CAF_CHECK(page.find("recapd_feed_lag_events{sink=\"webhook\"} 2\n")
            != std::string::npos);
  CAF_CHECK(page.find("recapd_feed_held_back_events 0\n") != std::string::npos);
}

CAF_TEST(metrics count requests by route) {
  (void)submit(schedule("c-1", "s-1"));
  auto c = connect();
  (void)c.get("/v1/sessions/s-1");
  const auto a = c.get("/metrics");
  CAF_CHECK_EQUAL(a.header("content-type"),
                  "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CAF_CHECK(a.body.find("recapd_http_requests_total{route=\"/v1/sessions/{}\","
                        "status=\"200\"} 1")
            != std::string::npos);
  CAF_CHECK(a.body.find("recapd_commands_total{outcome=\"accepted\","
                        "type=\"session.schedule\"} 1")
            != std::string::npos);
}

CAF_TEST(requests in flight when the server stops are answered first) {
  auto patient = http::tuning{};
  patient.drain = std::chrono::minutes{1};  // longer than the client waits
  serve(patient);
  auto c = connect();
  std::string batch = "[";
  for (int i = 0; i < 1000; ++i)
    batch +=
        (i > 0 ? "," : "")
        + text(schedule("c-" + std::to_string(i), "s-" + std::to_string(i)));
  batch += "]";
  c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
         + std::string{batch_type} + "\r\nContent-Length: "
         + std::to_string(batch.size()) + "\r\n\r\n" + batch);
  while (engine->status().in_flight == 0 && !store()->feed_end())
    std::this_thread::yield();
  std::thread stopping{[this] { server->stop(); }};
  const auto answered = c.receive();
  CAF_CHECK(answered && answered->status == 200u);
  CAF_CHECK(c.closed());
  c.shutdown_send();
  stopping.join();
}

CAF_TEST(a client that has sent nothing yet is told that the server stops) {
  auto c = connect();
  std::thread stopping{[this] { server->stop(); }};
  const auto told = c.receive();
  CAF_CHECK(told && told->status == 503u);
  CAF_CHECK(told && !told->header("retry-after").empty());
  c.shutdown_send();
  stopping.join();
}

CAF_TEST(the documents are JSON) {
  auto c = connect();
  CAF_CHECK(c.get("/openapi.json").json().is_object());
  CAF_CHECK(c.get("/asyncapi.json").json().is_object());
}

CAF_TEST_FIXTURE_SCOPE_END()
