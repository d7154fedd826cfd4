// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE http_messages
#include <utility>
#include <vector>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;

namespace {

const std::string get_health = "GET /healthz HTTP/1.1\r\n";
const std::string host = "Host: localhost\r\n";
const std::string post = "POST /v1/commands HTTP/1.1\r\n" + host
                         + "Content-Type: application/cloudevents+json\r\n";
/// What must never be taken for a request of its own.
const std::string smuggled = "GET /v1/clock HTTP/1.1\r\n" + host + "\r\n";

struct message {
  std::string bytes;
  unsigned status;
};

struct fixture : world {
  fixture() { serve(); }

  /// The message gets that answer, no other, and the connection ends; whether
  /// it comes at once or in single bytes.
  void ends_with(const message &m) {
    for (const bool slowly : {false, true}) {
      CAF_MESSAGE((slowly ? "slowly " : "") + m.bytes);
      auto c = connect();
      slowly ? c.send_slowly(m.bytes) : c.send(m.bytes);
      c.shutdown_send();
      const auto a = c.receive().value_or(answer{});
      CAF_CHECK_EQUAL(a.status, m.status);
      if (m.bytes.find("HTTP/1.0") == std::string::npos)
        CAF_CHECK_EQUAL(a.header("connection"), "close");
      CAF_CHECK(!a.problem().empty());
      CAF_CHECK(c.closed());
    }
  }

  /// The message gets that answer and the connection serves the next.
  void goes_on_with(const message &m) {
    for (const bool slowly : {false, true}) {
      CAF_MESSAGE((slowly ? "slowly " : "") + m.bytes);
      auto c = connect();
      slowly ? c.send_slowly(m.bytes) : c.send(m.bytes);
      CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, m.status);
      CAF_CHECK_EQUAL(c.get("/healthz").body, R"({"status":"ok"})");
    }
  }

  void end_with_400(const std::vector<std::string> &all) {
    for (const auto &bytes : all)
      ends_with({bytes, 400});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(http_message_tests, fixture)

CAF_TEST(a length that two readers could understand differently is refused) {
  std::vector<std::string> all;
  for (const auto *encoding :
       {"xchunked", "identity", "chunked, identity", "identity, chunked",
        "chunked, chunked", "gzip, chunked", "chunked,", ",chunked", "",
        "\"chunked\"", "chunked;q=1", "chunked\x0b",
        "\x0b"
        "chunked",
        "chunkedx", "chunke"})
    all.push_back(post + "Transfer-Encoding: " + encoding + "\r\n\r\n0\r\n\r\n"
                  + smuggled);
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  for (const auto &fields :
       {chunked + chunked, chunked + "Content-Length: 2\r\n",
        "Content-Length: 2\r\n" + chunked,
        std::string{"Transfer-Encoding:\r\n chunked\r\n"},
        std::string{"Transfer-Encoding: x\r\n"} + chunked,
        std::string{"Transfer-Encoding : chunked\r\n"},
        std::string{"Transfer_Encoding: chunked\r\nTransfer-Encoding: x\r\n"}})
    all.push_back(post + fields + "\r\n0\r\n\r\n" + smuggled);
  for (const auto *length :
       {"-1", "+2", "2 2", "2, 2", "2,2", "2,3", "0x2", "2x", "", "two", "2.0",
        "99999999999999999999", "18446744073709551618", "\"2\"", "2;", "2\x0b"})
    all.push_back(post + "Content-Length: " + length + "\r\n\r\n{}" + smuggled);
  for (const auto *twice : {"2", "3", "02"})
    all.push_back(post + "Content-Length: 2\r\nContent-Length: "
                  + std::string{twice} + "\r\n\r\n{}" + smuggled);
  end_with_400(all);
}

CAF_TEST(exactly one valid host is named) {
  std::vector<std::string> all{
      get_health + "\r\n", get_health + host + host + "\r\n",
      get_health + host + "Host: other\r\n\r\n",
      "GET /healthz HTTP/1.0\r\n" + host + host + "\r\n",
      "GET /healthz HTTP/1.0\r\n\r\n"};
  for (const auto *name :
       {"", " ", "a b", "localhost, localhost", "localhost:x",
        "localhost:99999", "http://localhost", "localhost/", "ann@localhost",
        "::1", "[::1", "[localhost]", "local\thost", "lo\xc3\xb6"})
    all.push_back(get_health + "Host: " + name + "\r\n\r\n");
  end_with_400(all);
}

CAF_TEST(a target of another form or host is refused) {
  std::vector<std::string> all;
  for (const auto *target :
       {"http://other/healthz", "http://localhost:1/healthz",
        "http://ann@localhost/healthz", "ftp://localhost/healthz",
        "http:/healthz", "localhost:80", "*", "healthz", "/%zz", "/%4", "/%00",
        "/a#b", "/a\x7f", "/\xc3\xbc"})
    all.push_back("GET " + std::string{target} + " HTTP/1.1\r\n" + host
                  + "\r\n");
  all.push_back("CONNECT localhost:80 HTTP/1.1\r\n" + host + "\r\n");
  all.push_back("OPTIONS * HTTP/1.1\r\n" + host + "\r\n");
  end_with_400(all);
  goes_on_with(
      {"GET http://localhost/healthz HTTP/1.1\r\n" + host + "\r\n", 200});
}

CAF_TEST(a request line has one form) {
  end_with_400({"GET /healthz\r\n\r\n", "GET /healthz \r\n\r\n",
                "GET  /healthz HTTP/1.1\r\n" + host + "\r\n",
                "GET /healthz  HTTP/1.1\r\n" + host + "\r\n",
                "GET\t/healthz HTTP/1.1\r\n" + host + "\r\n",
                "GET /healthz HTTP/1.1 \r\n" + host + "\r\n",
                "GET /healthz HTTP/1.1x\r\n" + host + "\r\n",
                "GET /healthz http/1.1\r\n" + host + "\r\n",
                "GET /healthz HTTP/11\r\n" + host + "\r\n",
                "GET /healthz HTTP/1.\r\n" + host + "\r\n",
                "GET /healthz HTTP/1.10\r\n" + host + "\r\n",
                " GET /healthz HTTP/1.1\r\n" + host + "\r\n",
                " /healthz HTTP/1.1\r\n" + host + "\r\n",
                "G(T /healthz HTTP/1.1\r\n" + host + "\r\n",
                "\n" + get_health + host + "\r\n",
                "\r\n\r\n" + get_health + host + "\r\n",
                "\r" + get_health + host + "\r\n", "hello there\r\n\r\n",
                "\x16\x03\x01\x02"});
  for (const auto *version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9"})
    ends_with({"GET /healthz " + std::string{version} + "\r\n\r\n", 505});
  ends_with({"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505});
  goes_on_with({"\r\n" + get_health + host + "\r\n", 200});
}

CAF_TEST(header lines have one form) {
  using namespace std::string_literals;
  std::vector<std::string> all;
  for (const auto &line :
       {"X: a\r\n b\r\n"s, "X: a\r\n\tb\r\n"s, " X: a\r\n"s, "X : a\r\n"s,
        "X\t: a\r\n"s, ": a\r\n"s, "X\r\n"s, "X y: a\r\n"s, "X: a\n"s,
        "X: a\rb\r\n"s, "X: a\r\r\n"s, "X: a\0b\r\n"s, "X: a\x01\r\n"s,
        "X: a\x7f\r\n"s, "X\0: a\r\n"s, "X\xc3\xbc: a\r\n"s, "(X): a\r\n"s}) {
    all.push_back(get_health + host + line + "\r\n");
    all.push_back(get_health + line + host + "\r\n");
  }
  for (const auto *name : {"Authorization", "Content-Type"})
    all.push_back(get_health + host + name + ": Bearer a\r\n" + name
                  + ": Bearer b\r\n\r\n");
  all.push_back(get_health + host + "\n");
  all.push_back(get_health + host + "\r\r\n");
  all.push_back(get_health + " \r\n" + host + "\r\n");
  all.push_back("GET /healthz HTTP/1.1\n" + host + "\r\n");
  end_with_400(all);
  goes_on_with(
      {get_health + host + "X:\r\nY: \t \r\nZ:\xc3\xbc\t.\r\n\r\n", 200});
}

CAF_TEST(chunks have one form) {
  std::vector<std::string> all;
  for (const auto *body : {"zz\r\n",
                           "0x2\r\n{}\r\n0\r\n\r\n",
                           " 2\r\n{}\r\n0\r\n\r\n",
                           "2 \r\n{}\r\n0\r\n\r\n",
                           "-2\r\n{}\r\n0\r\n\r\n",
                           "+2\r\n{}\r\n0\r\n\r\n",
                           "\r\n{}\r\n0\r\n\r\n",
                           "2\n{}\n0\n\n",
                           "2\r\n{}0\r\n\r\n",
                           "2\r\n{}\n0\r\n\r\n",
                           "2\r\n{}x\r\n0\r\n\r\n",
                           "3\r\n{}\r\n0\r\n\r\n",
                           "10000000000000002\r\n{}\r\n0\r\n\r\n",
                           "2;\r\n{}\r\n0\r\n\r\n",
                           "2;a=\"\r\n{}\r\n0\r\n\r\n",
                           "2,2\r\n{}\r\n0\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX : a\r\n\r\n",
                           "2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
                           "2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX: a\n\r\n",
                           "ffffffffffffffff0\r\n{}",
                           "5\r\n{}"})
    all.push_back(post + "Transfer-Encoding: chunked\r\n\r\n" + body);
  end_with_400(all);
  for (const auto *body :
       {"2\r\n{}\r\n0\r\n\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        "02;a;b=c;d=\"e\"\r\n{}\r\n00\r\nX: y\r\n\r\n"})
    goes_on_with({post + "transfer-encoding:\tCHUNKED \r\n\r\n" + body, 400});
}

CAF_TEST(extensions and trailers of chunks count as header bytes) {
  const auto begin = post + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string much(17000, 'x');
  std::string many;
  for (int i = 0; i < 40; ++i)
    many += "1;a=" + std::string(500, 'x') + "\r\n{\r\n";
  for (const auto &body :
       {"1;a=" + much + "\r\n{\r\n", "1\r\n{\r\n0\r\nX: " + much + "\r\n\r\n",
        "1\r\n{\r\n0;a=" + much + "\r\n\r\n", many, std::string(17000, '0')}) {
    auto c = connect();
    c.send(begin + body);
    CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 431u);
  }
}

CAF_TEST(a trailer is no header field) {
  goes_on_with({"POST /v1/commands HTTP/1.1\r\n" + host
                    + "Content-Type: application/json\r\nce-id: c\r\n"
                      "ce-specversion: 1.0\r\nce-source: /s\r\n"
                      "ce-type: recapd.session.cancel\r\nce-authid: tutor:t\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n"
                      "e\r\n{\"reason\":\"r\"}\r\n0\r\nce-subject: s\r\n\r\n",
                400});
}

CAF_TEST(what is too long says so) {
  ends_with({"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n", 414});
  ends_with(
      {get_health + host + "X: " + std::string(17000, 'a') + "\r\n\r\n", 431});
  std::string fields;
  while (fields.size() < 17000)
    fields += "X: a\r\n";
  ends_with({get_health + host + fields + "\r\n", 431});
  const auto rest = get_health.size() + host.size() + 7;
  goes_on_with(
      {get_health + host + "X: " + std::string(16384 - rest, 'a') + "\r\n\r\n",
       200});
}

CAF_TEST(the old version is served and an upgrade is not taken up) {
  auto c = connect();
  c.send("GET /healthz HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n");
  CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, 200u);
  CAF_CHECK_EQUAL(c.get("/healthz").status, 200u);
  goes_on_with({get_health + host
                    + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                      "HTTP2-Settings: AAMAAABk\r\n\r\n",
                200});
  ends_with({"POST /v1/commands HTTP/1.0\r\n" + host
                 + "Transfer-Encoding: chunked\r\n\r\n"
                   "0\r\n\r\n",
             400});
}

CAF_TEST(requests behind one another are each read to their end) {
  const auto chunked = post
                       + "Transfer-Encoding: chunked\r\n\r\n"
                         "2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n";
  const auto all = get_health + host + "\r\n" + chunked + post
                   + "Content-Length: 2\r\n\r\n{}" + get_health + host + "\r\n";
  for (const bool slowly : {false, true}) {
    auto c = connect();
    slowly ? c.send_slowly(all) : c.send(all);
    for (const unsigned status : {200u, 400u, 400u, 200u})
      CAF_CHECK_EQUAL(c.receive().value_or(answer{}).status, status);
  }
}

CAF_TEST(a request that ends before its end is told so) {
  end_with_400({"GET /heal", get_health, get_health + "Host", get_health + host,
                post + "Content-Length: 5\r\n\r\n{}",
                post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"});
}

CAF_TEST_FIXTURE_SCOPE_END()
