// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE node_routes
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::ingress;
using namespace recapd::ingress::test;

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

CAF_TEST(the documents are JSON) {
  auto c = connect();
  CAF_CHECK(c.get("/openapi.json").json().is_object());
  CAF_CHECK(c.get("/asyncapi.json").json().is_object());
}

CAF_TEST_FIXTURE_SCOPE_END()
