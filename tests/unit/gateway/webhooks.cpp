// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE webhooks
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>

#include "gateway/feed/webhook.hpp"
#include "gateway/feed/webhook_post.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::feed;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;
namespace beast_http = boost::beast::http;

namespace {

/// Answers each request with a beginning and then `x: y` lines for as long as
/// somebody reads, or with nothing more.
class endless_receiver {
public:
  explicit endless_receiver(std::string beginning, bool goes_on = true)
      : beginning_{std::move(beginning)}, goes_on_{goes_on}, thread_{[this] {
          serve();
        }} {}
  ~endless_receiver() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  endless_receiver(const endless_receiver &) = delete;
  endless_receiver &operator=(const endless_receiver &) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:"
           + std::to_string(acceptor_.local_endpoint().port());
  }
  /// Waits for the next request: the id of the event in it.
  std::string next() {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, 20s, [this] { return !ids_.empty(); });
    if (ids_.empty()) return "nothing";
    auto id = std::move(ids_.front());
    ids_.pop_front();
    return id;
  }

private:
  void serve() {
    for (;;) {
      boost::system::error_code ec;
      auto socket = acceptor_.accept(ec);
      if (ec) return;
      boost::beast::flat_buffer buffer;
      beast_http::request<beast_http::string_body> r;
      beast_http::read(socket, buffer, r, ec);
      if (ec) continue;
      {
        const std::lock_guard lock{mutex_};
        ids_.emplace_back(boost::json::parse(r.body()).at("id").as_string());
      }
      came_.notify_all();
      boost::asio::write(socket, boost::asio::buffer(beginning_), ec);
      const std::string more = "x: " + std::string(1000, 'y') + "\r\n";
      while (goes_on_ && !ec)
        boost::asio::write(socket, boost::asio::buffer(more), ec);
      // Until the other side has had enough.
      char byte = 0;
      if (!ec) (void)socket.read_some(boost::asio::buffer(&byte, 1), ec);
    }
  }

  std::string beginning_;
  bool goes_on_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{
      io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> ids_;
  std::thread thread_;
};

struct fixture : world {
  fixture() { serve(); }

  webhook_tuning quick{.poll = 5ms, .first_retry = 1ms, .last_retry = 5ms};

  static std::string id_of(const receiver::message &m) {
    if (m.body.empty()) return "nothing";
    return std::string{boost::json::parse(m.body).at("id").as_string()};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(webhook_tests, fixture)

CAF_TEST(events are posted in order with a signature) {
  (void)submit(schedule("c-1", "s-1"));
  receiver r;
  // Dated by the real time, not by the node's manual clock.
  const auto real = first_moment() + std::chrono::hours{7777};
  quick.time = std::make_shared<actors::manual_clock>(real);
  webhook w{*engine, {r.url(), "key", 5000}, *meters, quick};
  const auto first = r.next();
  CAF_CHECK_EQUAL(id_of(first), "s-1:1");
  CAF_CHECK(first.type.starts_with("application/cloudevents+json"));
  CAF_CHECK_EQUAL(first.signature,
                  signature("key",
                            std::chrono::floor<std::chrono::seconds>(
                                real.time_since_epoch())
                                .count(),
                            first.body));
  (void)submit(event("c-2", "participant.accept", "s-1", "student:bob",
                     R"({"student":"bob"})"));
  CAF_CHECK_EQUAL(id_of(r.next()), "s-1:2");
}

CAF_TEST(without a secret nothing is signed) {
  (void)submit(schedule("c-1", "s-1"));
  receiver r;
  webhook w{*engine, {r.url(), "", 5000}, *meters, quick};
  CAF_CHECK_EQUAL(r.next().signature, "");
}

CAF_TEST(what was not taken is sent again until it is) {
  (void)submit(schedule("c-1", "s-1"));
  receiver r{{500, 404, 302, 429, 0}};
  webhook w{*engine, {r.url(), "", 5000}, *meters, quick};
  for (int i = 0; i < 6; ++i)
    CAF_CHECK_EQUAL(id_of(r.next()), "s-1:1");
  (void)submit(schedule("c-2", "s-2"));
  CAF_CHECK_EQUAL(id_of(r.next()), "s-2:1");
}

CAF_TEST(notifications follow their event) {
  ready_session("s-1");
  (void)connect().post("/v1/clock", "application/json", R"({"advance":"2h"})");
  receiver r;
  webhook w{*engine, {r.url(), "", 5000}, *meters, quick};
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i)
    ids.push_back(id_of(r.next()));
  CAF_CHECK(
      (ids == std::vector<std::string>{"s-1:1", "s-1:2", "s-1:3", "s-1:3:0"}));
}

CAF_TEST(a later webhook goes on where the last one stood) {
  (void)submit(schedule("c-1", "s-1"));
  receiver r;
  {
    webhook w{*engine, {r.url(), "", 5000}, *meters, quick};
    CAF_CHECK_EQUAL(id_of(r.next()), "s-1:1");
    (void)submit(schedule("c-2", "s-2"));
    CAF_CHECK_EQUAL(id_of(r.next()), "s-2:1");
  }
  CAF_CHECK(store()->load_sink("webhook").position > 0);
  (void)submit(schedule("c-3", "s-3"));
  webhook again{*engine, {r.url(), "", 5000}, *meters, quick};
  auto id = id_of(r.next());
  // What was under way when the first was stopped may come twice.
  if (id == "s-2:1") id = id_of(r.next());
  CAF_CHECK_EQUAL(id, "s-3:1");
}

CAF_TEST(an answer that never ends is read in part and counts) {
  (void)submit(schedule("c-1", "s-1"));
  (void)submit(schedule("c-2", "s-2"));
  endless_receiver r{"HTTP/1.1 200 OK\r\n\r\n"};
  webhook w{*engine, {r.url(), "", 600000}, *meters, quick};
  CAF_CHECK_EQUAL(r.next(), "s-1:1");
  CAF_CHECK_EQUAL(r.next(), "s-2:1");
}

CAF_TEST(a receiver that stalls within its answer has taken it) {
  (void)submit(schedule("c-1", "s-1"));
  (void)submit(schedule("c-2", "s-2"));
  endless_receiver r{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", false};
  webhook w{*engine, {r.url(), "", 50}, *meters, quick};
  CAF_CHECK_EQUAL(r.next(), "s-1:1");
  CAF_CHECK_EQUAL(r.next(), "s-2:1");
}

CAF_TEST(header fields that never end are no answer) {
  (void)submit(schedule("c-1", "s-1"));
  endless_receiver r{"HTTP/1.1 200 OK\r\n"};
  webhook w{*engine, {r.url(), "", 600000}, *meters, quick};
  CAF_CHECK_EQUAL(r.next(), "s-1:1");
  CAF_CHECK_EQUAL(r.next(), "s-1:1");
}

CAF_TEST(signatures are dated by the real time unless told otherwise) {
  CAF_CHECK(!webhook_tuning{}.time->manual());
}

CAF_TEST(stopping does not wait for a receiver that is not there) {
  (void)submit(schedule("c-1", "s-1"));
  webhook w{*engine,
            {"http://127.0.0.1:1/hook", "", 5000},
            *meters,
            {.first_retry = 1h}};
  w.stop();
}

CAF_TEST_FIXTURE_SCOPE_END()
