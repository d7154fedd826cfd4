// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE event_streams
#include <boost/json/array.hpp>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;

namespace {

struct frame {
  std::string id, event, data;
};

std::string field(const std::string &text, const std::string &name) {
  const auto at = text.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return text.substr(from, text.find('\n', from) - from);
}

/// A client of the stream; once it exists, what commits is sent to it.
struct stream {
  http_client http;

  stream(const world &w, const std::string &query = "",
         const std::string &last_id = "")
      : http{w.connect()} {
    http.send("GET /v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n"
              + (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n")
              + "\r\n");
    const auto head = http.read_until("\r\n\r\n");
    CAF_CHECK(head.starts_with("HTTP/1.1 200"));
    CAF_CHECK(head.find("text/event-stream") != std::string::npos);
    CAF_CHECK(head.find("X-Accel-Buffering: no\r\n") != std::string::npos);
    CAF_CHECK(head.find("no-transform") != std::string::npos);
    (void)http.read_until("\n\n");
  }

  frame next() {
    std::string text;
    do {
      text = http.read_until("\n\n");
    } while (text.starts_with(":"));
    return {field(text, "id"), field(text, "event"), field(text, "data")};
  }
};

struct fixture : world {};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(event_stream_tests, fixture)

CAF_TEST(an event is sent as it commits) {
  serve();
  (void)submit(schedule("c-0", "s-0"));
  stream s{*this};
  (void)submit(schedule("c-1", "s-1"));
  const auto f = s.next();
  CAF_CHECK_EQUAL(f.event, "recapd.event.session.scheduled");
  const auto e = lasting_json(f.data);
  CAF_CHECK_EQUAL(e.at("id").as_string(), "s-1:1");
  CAF_CHECK_EQUAL(e.at("subject").as_string(), "s-1");
  CAF_CHECK_EQUAL(e.at("specversion").as_string(), "1.0");
}

CAF_TEST(a stream goes on after the event it is told) {
  serve();
  (void)submit(schedule("c-1", "s-1"));
  stream all{*this, "", "0"};
  const auto first = all.next();
  (void)submit(schedule("c-2", "s-2"));
  const auto second = all.next();
  stream again{*this, "", first.id};
  CAF_CHECK_EQUAL(again.next().data, second.data);
  stream by_query{*this, "?last_event_id=" + first.id};
  CAF_CHECK_EQUAL(by_query.next().id, second.id);
}

CAF_TEST(a long history arrives whole and in order) {
  serve();
  constexpr int sessions = 600;
  boost::json::array batch;
  for (int i = 0; i < sessions; ++i)
    batch.push_back(
        schedule("c-" + std::to_string(i), "s-" + std::to_string(i)));
  (void)connect().post("/v1/commands", batch_type, text(batch));
  stream s{*this, "", "0"};
  std::int64_t last = 0;
  for (int i = 0; i < sessions; ++i) {
    const auto id = std::stoll(s.next().id.substr(1));
    CAF_CHECK(id > last);
    last = id;
  }
  (void)submit(schedule("c-last", "s-last"));
  CAF_CHECK_EQUAL(lasting_json(s.next().data).at("subject").as_string(),
                  "s-last");
}

CAF_TEST(a stream may be about one session) {
  serve();
  stream s{*this, "?session=s-2"};
  (void)submit(schedule("c-1", "s-1"));
  (void)submit(schedule("c-2", "s-2"));
  CAF_CHECK_EQUAL(lasting_json(s.next().data).at("id").as_string(), "s-2:1");
}

CAF_TEST(a wrong place to go on from is refused) {
  serve();
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/v1/events", {{"Last-Event-ID", "x"}}).status, 400u);
  CAF_CHECK_EQUAL(c.get("/v1/events?session=a%20b").status, 400u);
  CAF_CHECK_EQUAL(c.get("/v1/events?other=1").status, 400u);
  CAF_CHECK_EQUAL(c.call("HEAD", "/v1/events").status, 200u);
}

CAF_TEST(clients past the bound are told so) {
  serve({.max_event_clients = 1});
  stream s{*this};
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/v1/events").status, 503u);
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
}

CAF_TEST(a silent stream shows that it lives) {
  serve({.keep_alive = 20ms});
  stream s{*this};
  CAF_CHECK_EQUAL(s.http.read_until("\n\n"), ": still here\n\n");
}

CAF_TEST(stopping ends the streams) {
  serve();
  stream s{*this};
  server->stop();
  CAF_CHECK(s.http.closed());
}

CAF_TEST_FIXTURE_SCOPE_END()
