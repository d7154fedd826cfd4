// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE connection_shares
#include "gateway/http/shares.hpp"

#include <list>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
using recapd::config::parse_address;
using recapd::config::parse_network;

namespace {

struct fixture : world {
  std::list<http_client> resting;

  /// Connections from an address that have been answered and rest.
  void rest(int count, const std::string &from) {
    for (int i = 0; i < count; ++i) {
      resting.emplace_back(server->port(), "127.0.0.1", from);
      CAF_REQUIRE_EQUAL(resting.back().get("/v1/sessions").status, 200u);
    }
  }
  answer ask(const std::string &path, const std::string &from,
             const field_list &fields = {}) {
    return http_client{server->port(), "127.0.0.1", from}.get(path, fields);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(share_tests, fixture)

CAF_TEST(an address has its share and no more) {
  settings.http.max_connections_per_address = 3;
  serve();
  rest(3, "127.0.0.1");
  const auto no = ask("/v1/sessions", "127.0.0.1");
  CAF_CHECK_EQUAL(no.status, 429u);
  CAF_CHECK_EQUAL(no.problem(), "too-many-requests");
  CAF_CHECK_EQUAL(no.header("retry-after"), "1");
  CAF_CHECK_EQUAL(ask("/v1/sessions", "127.0.0.2").status, 200u);
  CAF_CHECK_EQUAL(ask("/healthz", "127.0.0.1").status, 200u);
  CAF_CHECK_EQUAL(ask("/readyz", "127.0.0.1").status, 200u);
}

CAF_TEST(what has ended counts no more) {
  settings.http.max_connections_per_address = 1;
  serve();
  rest(1, "127.0.0.1");
  CAF_CHECK_EQUAL(ask("/v1/sessions", "127.0.0.1").status, 429u);
  resting.clear();
  auto status = 429u;
  while (status == 429u)
    status = ask("/v1/sessions", "127.0.0.1").status;
  CAF_CHECK_EQUAL(status, 200u);
}

CAF_TEST(health is answered when all connections are taken) {
  settings.http.max_connections = 4;
  serve({.reserve_timeout = std::chrono::minutes{1}, .reserve = 2});
  rest(2, "127.0.0.2");
  rest(2, "127.0.0.3");
  CAF_CHECK_EQUAL(ask("/v1/sessions", "127.0.0.4").status, 503u);
  CAF_CHECK_EQUAL(ask("/healthz", "127.0.0.4").status, 200u);
  // Silent connections that take the whole reserve keep nobody off.
  std::list<http_client> silent;
  for (int i = 0; i < 10; ++i)
    silent.emplace_back(server->port(), "127.0.0.1", "127.0.0.5");
  CAF_CHECK_EQUAL(ask("/readyz", "127.0.0.5").status, 200u);
  const auto told = silent.front().receive().value_or(answer{});
  CAF_CHECK_EQUAL(told.status, 503u);
}

CAF_TEST(a connection beyond the bound that says nothing is told so) {
  settings.http.max_connections = 1;
  serve({.reserve_timeout = std::chrono::milliseconds{20}});
  rest(1, "127.0.0.1");
  auto c = connect();
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 503u);
  auto begun = connect();
  begun.send("GET /hea");
  CAF_CHECK_EQUAL(begun.receive().value_or(answer{}).status, 503u);
}

CAF_TEST(an event stream holds its place) {
  settings.http.max_connections_per_address = 1;
  serve();
  http_client stream{server->port()};
  stream.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CAF_CHECK(!stream.read_until(": from now on\n\n").empty());
  CAF_CHECK_EQUAL(ask("/v1/sessions", "127.0.0.1").status, 429u);
}

CAF_TEST(behind a proxy the address that it forwards counts) {
  settings.http.max_connections_per_address = 1;
  settings.http.trusted_proxies = {*parse_network("127.0.0.8/29")};
  serve();
  // Each holds a request, by its body that does not come.
  std::list<http_client> held;
  const auto hold = [&](const std::string &client) {
    auto &c = held.emplace_back(server->port(), "127.0.0.1", "127.0.0.9");
    c.send("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
           + std::string{event_type} + "\r\nX-Forwarded-For: " + client
           + "\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CAF_CHECK(!c.read_until("100 Continue\r\n\r\n").empty());
  };
  const auto via_proxy = [&](const std::string &list) {
    return ask("/v1/sessions", "127.0.0.9", {{"X-Forwarded-For", list}}).status;
  };
  hold("10.1.1.1");
  hold("2001:db8::1");
  CAF_CHECK_EQUAL(via_proxy("10.1.1.1"), 429u);
  CAF_CHECK_EQUAL(via_proxy("6.6.6.6, 10.1.1.1, 127.0.0.10"), 429u);
  CAF_CHECK_EQUAL(via_proxy("[2001:db8::2]:80"), 429u);
  CAF_CHECK_EQUAL(via_proxy("10.1.1.2"), 200u);
  CAF_CHECK_EQUAL(via_proxy("10.1.1.1, 10.1.1.2"), 200u);
  CAF_CHECK_EQUAL(
      ask("/healthz", "127.0.0.9", {{"X-Forwarded-For", "10.1.1.1"}}).status,
      200u);
  // Who is no proxy cannot speak for another.
  CAF_CHECK_EQUAL(
      ask("/v1/sessions", "127.0.0.1", {{"X-Forwarded-For", "10.1.1.1"}})
          .status,
      200u);
  held.front().send("{}");
  CAF_CHECK_EQUAL(held.front().receive().value_or(answer{}).status, 400u);
  CAF_CHECK_EQUAL(via_proxy("10.1.1.1"), 200u);
}

CAF_TEST(the last address that is no proxys is the clients) {
  const std::vector proxies{*parse_network("10.0.0.0/8"),
                            *parse_network("::1")};
  const auto client = [&](std::vector<std::string_view> lists) {
    std::vector<std::pair<std::string_view, std::string_view>> fields;
    for (const auto list : lists)
      fields.emplace_back("x-forwarded-FOR", list);
    return forwarded_client(fields, proxies);
  };
  const auto one = parse_address("1.2.3.4");
  for (const auto *list :
       {"1.2.3.4", " 1.2.3.4 ", "1.2.3.4:80", "9.9.9.9,1.2.3.4",
        "x, 1.2.3.4, 10.1.1.1,::1", "::ffff:1.2.3.4", "[::ffff:1.2.3.4]:1"}) {
    CAF_MESSAGE(list);
    CAF_CHECK(client({list}) == one);
  }
  CAF_CHECK(client({"9.9.9.9", "1.2.3.4", "10.0.0.1"}) == one);
  for (const auto *list : {"", "unknown", "10.0.0.1", "1.2.3.4, x", "1.2.3.4,",
                           "[1.2.3.4", "[", "1.2.3.4, unknown, 10.0.0.1"})
    CAF_CHECK(!client({list}));
}

CAF_TEST(addresses of one network of IPv6 count as one) {
  shares all{1};
  const auto a = all.take(*parse_address("2001:db8::1"));
  CAF_CHECK(a);
  CAF_CHECK(!all.take(*parse_address("2001:db8::ffff:2")));
  CAF_CHECK(all.take(*parse_address("2001:db8:0:1::1")));
  const auto b = all.take(*parse_address("1.2.3.4"));
  CAF_CHECK(b && !all.take(*parse_address("::ffff:1.2.3.4")));
  CAF_CHECK(all.take(*parse_address("1.2.3.5")));
}

CAF_TEST_FIXTURE_SCOPE_END()
