// How the people's pages are served: paths, forms, conditions, safety.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pages
#include <algorithm>

#include "gateway/http/accepting.hpp"
#include "gateway/http/page_answers.hpp"
#include "gateway/http/shell.hpp"
#include "gateway/http/target.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;

namespace {

constexpr page_file script{.path = "/assets/a-1.js",
                           .type = "text/javascript; charset=utf-8",
                           .etag = "\"1\"",
                           .immutable = true,
                           .plain = "let plain",
                           .gzip = "zipped",
                           .brotli = "br"};

response asked(const page_file &file, const std::string &name,
               const std::string &value,
               inline_styles styles = inline_styles::refused) {
  request r;
  r.headers = {{name, value}};
  return page_answer(file, r, styles);
}

std::string field(const response &r, std::string_view name) {
  for (const auto &[key, value] : r.headers)
    if (key == name) return value;
  return "";
}

coding wanted(std::string_view accepted) {
  return wanted_coding(accepted, true, true);
}

bool has(const std::string &text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct fixture : world {
  /// What a browser is told when it opens a path.
  answer open(const std::string &path) const { return connect().get(path); }
  std::string policy_at(const std::string &path) const {
    return open(path).header("content-security-policy");
  }
};

}  // namespace

CAF_TEST(the smallest form is sent that a client takes) {
  for (const auto *both :
       {"gzip, deflate, br", "br", "BR;q=0.1", "*", "*;q=0.5",
        "gzip;q=0.8, br;q=0.8", "identity, br, gzip"})
    CAF_CHECK(wanted(both) == coding::brotli);
  for (const auto *zip : {"gzip", "gzip, br;q=0", "gzip;q=1.0, br;q=0.5",
                          "br;q=0, *", "gzip;q=0.001, identity;q=0"})
    CAF_CHECK(wanted(zip) == coding::gzip);
  for (const auto *none :
       {"", "identity", "deflate", "gzip;q=0, br;q=0.0", "*;q=0",
        "gzip;q=0.5, identity", "gzip;q=0, br;q=0, identity;q=0", "xbr"})
    CAF_CHECK(wanted(none) == coding::plain);
  CAF_CHECK(wanted_coding("br, gzip", true, false) == coding::gzip);
  CAF_CHECK(wanted_coding("br", true, false) == coding::plain);
}

CAF_TEST(a form has a tag of its own and says what it is) {
  const auto br = asked(script, "accept-encoding", "br");
  CAF_CHECK_EQUAL(br.lasting, script.brotli);
  CAF_CHECK_EQUAL(br.lasting.data(), script.brotli.data());
  CAF_CHECK_EQUAL(field(br, "Content-Encoding"), "br");
  CAF_CHECK_EQUAL(field(br, "ETag"), "\"1-br\"");
  CAF_CHECK_EQUAL(field(br, "Vary"), "Accept-Encoding");
  const auto plain = asked(script, "accept-encoding", "");
  CAF_CHECK_EQUAL(plain.lasting, script.plain);
  CAF_CHECK_EQUAL(field(plain, "Content-Encoding"), "");
  CAF_CHECK_EQUAL(field(plain, "ETag"), "\"1\"");
  CAF_CHECK_EQUAL(field(plain, "Vary"), "Accept-Encoding");
}

CAF_TEST(what a client has is not sent again) {
  for (const auto *tags :
       {"\"1\"", "W/\"1\"", "*", "\"0\", \"1\"", "\"0\" ,W/\"1\" , \"2\""}) {
    const auto same = asked(script, "if-none-match", tags);
    CAF_CHECK_EQUAL(same.status, 304u);
    CAF_CHECK(same.lasting.empty() && same.body.empty());
    CAF_CHECK_EQUAL(field(same, "ETag"), "\"1\"");
    CAF_CHECK_EQUAL(field(same, "Vary"), "Accept-Encoding");
    CAF_CHECK(has(field(same, "Cache-Control"), "immutable"));
  }
  for (const auto *tags : {"", "\"2\"", "1", "\"1-br\"", "\"11\"", "w/\"1\""})
    CAF_CHECK_EQUAL(asked(script, "if-none-match", tags).status, 200u);
}

CAF_TEST(hashed names are kept for ever and others are asked for again) {
  CAF_CHECK_EQUAL(field(asked(script, "x", ""), "Cache-Control"),
                  "public, max-age=31536000, immutable");
  auto document = script;
  document.immutable = false;
  CAF_CHECK_EQUAL(field(asked(document, "x", ""), "Cache-Control"), "no-cache");
}

CAF_TEST(the reference alone may have styles in its elements) {
  const auto page = field(asked(script, "x", ""), "Content-Security-Policy");
  CAF_CHECK(has(page, "default-src 'none'"));
  CAF_CHECK(has(page, "style-src 'self';"));
  CAF_CHECK(has(page, "frame-ancestors 'none'"));
  CAF_CHECK(!has(page, "unsafe"));
  const auto docs = field(asked(script, "x", "", inline_styles::allowed),
                          "Content-Security-Policy");
  CAF_CHECK(has(docs, "style-src 'self' 'unsafe-inline';"));
  CAF_CHECK(has(docs, "script-src 'self';"));
}

CAF_TEST(a document knows how people sign in and where it is) {
  config::settings s;
  CAF_CHECK_EQUAL(head_elements(s, false),
                  "<base href=\"/\">"
                  "<meta name=\"recapd-auth\" content=\"trusted\">"
                  "<meta name=\"recapd-act-as\" content=\"yes\">"
                  "<meta name=\"recapd-base\" content=\"/\">"
                  "<meta name=\"recapd-clock\" content=\"system\">");
  s.listen_host = "0.0.0.0";
  CAF_CHECK(has(head_elements(s, true), "act-as\" content=\"no\""));
  s.listen_host = "localhost";
  s.auth = config::auth_mode::token;
  s.http.base_path = "/a/b/";
  const auto head = head_elements(s, true);
  CAF_CHECK(has(head, "<base href=\"/a/b/\">"));
  CAF_CHECK(has(head, "auth\" content=\"token\""));
  CAF_CHECK(has(head, "act-as\" content=\"no\""));
  CAF_CHECK(has(head, "clock\" content=\"manual\""));
  s.auth = config::auth_mode::oidc;
  CAF_CHECK(has(head_elements(s, true), "auth\" content=\"oidc\""));
}

CAF_TEST(a base path is taken off where it is) {
  using path = std::vector<std::string>;
  const path base{"a", "b"};
  CAF_CHECK(below(base, {"a", "b", "v1", "me"}) == (path{"v1", "me"}));
  CAF_CHECK(below(base, {"a", "b", ""}) == path{""});
  CAF_CHECK(below(base, {"a", "b"}) == path{""});
  CAF_CHECK(below(base, {"a", "x"}) == (path{"a", "x"}));
  CAF_CHECK(below(base, {"a"}) == path{"a"});
  CAF_CHECK(below({}, {"a", "b"}) == (path{"a", "b"}));
}

CAF_TEST_FIXTURE_SCOPE(page_tests, fixture)

CAF_TEST(every address of a page is answered with the shell) {
  serve();
  const auto home = open("/");
  CAF_CHECK_EQUAL(home.status, 200u);
  CAF_CHECK_EQUAL(home.header("content-type"), "text/html; charset=utf-8");
  CAF_CHECK(has(home.body, head_elements(settings, true)));
  CAF_CHECK(!has(home.body, "recapd:meta"));
  for (const auto *path :
       {"/sessions", "/sessions/s-1/complete", "/sessions/",
        "/support?state=missed&colour=&x", "/view", "/caf%C3%A9"}) {
    CAF_MESSAGE(path);
    CAF_CHECK_EQUAL(open(path).body, home.body);
  }
}

CAF_TEST(what is no page stays a problem) {
  serve();
  for (const auto *path :
       {"/v1", "/v1/", "/v1/nothing", "/v2/commands", "/v1/sessions/a/b/c",
        "/healthz/", "/auth/nothing", "/.well-known/nothing", "/openapi.json/x",
        "/favicon.nothing", "/assets/none.js", "/../etc/passwd", "/a/%2e%2e/b",
        "//host", "/a//b"}) {
    CAF_MESSAGE(path);
    CAF_CHECK_EQUAL(open(path).problem(), "not-found");
  }
  auto c = connect();
  CAF_CHECK_EQUAL(c.call("POST", "/v1/nothing").status, 404u);
  CAF_CHECK_EQUAL(c.call("POST", "/assets/none.js").status, 404u);
}

CAF_TEST(pages and files are read and nothing else) {
  serve();
  CAF_REQUIRE(!page_files.empty());
  auto c = connect();
  for (const auto &path :
       std::vector<std::string>{"/", "/docs", "/sessions", "/openapi.json",
                                std::string{page_files.front().path}}) {
    CAF_MESSAGE(path);
    const auto posted = c.call("POST", path);
    CAF_CHECK_EQUAL(posted.status, 405u);
    CAF_CHECK_EQUAL(posted.header("allow"), "GET, HEAD");
  }
}

CAF_TEST(the published documents come by tag and smaller) {
  serve();
  for (const auto *path : {"/openapi.json", "/asyncapi.json"}) {
    const auto whole = open(path);
    CAF_CHECK_EQUAL(whole.header("content-type"), "application/json");
    CAF_REQUIRE(!whole.header("etag").empty());
    auto c = connect();
    const auto same = c.get(path, {{"If-None-Match", whole.header("etag")}});
    CAF_CHECK_EQUAL(same.status, 304u);
    const auto small = connect().get(path, {{"Accept-Encoding", "br"}});
    CAF_CHECK_EQUAL(small.header("content-encoding"), "br");
    CAF_CHECK(small.body.size() * 4 < whole.body.size());
  }
}

CAF_TEST(files and documents come as they were built) {
  serve();
  CAF_REQUIRE(!page_files.empty());
  for (const auto &file : page_files) {
    CAF_MESSAGE(file.path);
    auto c = connect();
    const auto whole = c.get(std::string{file.path});
    CAF_CHECK_EQUAL(whole.status, 200u);
    CAF_CHECK(whole.body == file.plain);
    CAF_CHECK_EQUAL(whole.header("content-type"), file.type);
    CAF_CHECK_EQUAL(whole.header("x-content-type-options"), "nosniff");
    CAF_CHECK_EQUAL(whole.header("referrer-policy"), "same-origin");
    CAF_CHECK_EQUAL(whole.header("cross-origin-opener-policy"), "same-origin");
    if (!file.brotli.empty()) {
      const auto small =
          c.get(std::string{file.path}, {{"Accept-Encoding", "br"}});
      CAF_CHECK(small.body == file.brotli);
      CAF_CHECK_EQUAL(small.header("content-encoding"), "br");
    }
  }
}

CAF_TEST(a connection goes on after HEAD and after what is not sent again) {
  serve();
  auto c = connect();
  const auto home = c.get("/");
  c.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = c.receive(true).value_or(answer{});
  CAF_CHECK_EQUAL(head.status, 200u);
  CAF_CHECK_EQUAL(head.header("content-length"),
                  std::to_string(home.body.size()));
  CAF_CHECK_EQUAL(head.header("etag"), home.header("etag"));
  const auto same = c.get("/", {{"If-None-Match", home.header("etag")}});
  CAF_CHECK_EQUAL(same.status, 304u);
  CAF_CHECK_EQUAL(same.body, "");
  CAF_CHECK_EQUAL(same.header("content-type"), "");
  CAF_CHECK_EQUAL(same.header("cache-control"), "no-cache");
  CAF_CHECK_EQUAL(c.get("/").body, home.body);
}

CAF_TEST(a shell of another node has another tag) {
  serve();
  const auto one = open("/").header("etag");
  settings.http.base_path = "/a/";
  serve();
  CAF_CHECK(open("/").header("etag") != one);
}

CAF_TEST(a node is reached with its base path and without) {
  settings.http.public_url = config::parse_origin("https://people.example");
  settings.http.base_path = "/recapd/";
  serve();
  const auto home = open("/");
  CAF_CHECK(has(home.body, "<base href=\"/recapd/\">"));
  for (const auto *path : {"/recapd/", "/recapd", "/recapd/sessions"})
    CAF_CHECK_EQUAL(open(path).body, home.body);
  CAF_CHECK_EQUAL(open("/recapd/v1/sessions").status, 200u);
  CAF_CHECK_EQUAL(open("/v1/sessions").status, 200u);
  CAF_CHECK_EQUAL(open("/recapd/v1/nothing").problem(), "not-found");
}

CAF_TEST(pages are open to all and vary by origin where any is listed) {
  settings.auth = config::auth_mode::token;
  settings.tokens = {{"t", {workflows::role::tutor, "ann"}}};
  settings.http.origins = {*config::parse_origin("https://app.example")};
  serve();
  auto c = connect();
  c.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = c.read_until("\r\n\r\n");
  CAF_CHECK(has(head, "HTTP/1.1 200"));
  CAF_CHECK(has(head, "Vary: Origin\r\n"));
  CAF_CHECK(has(head, "Vary: Accept-Encoding\r\n"));
}

CAF_TEST(the reference has its document) {
  serve();
  const auto docs = open("/docs");
  CAF_CHECK_EQUAL(docs.status, 200u);
  CAF_CHECK(has(docs.body, head_elements(settings, true)));
  CAF_CHECK(!has(policy_at("/"), "unsafe"));
  CAF_CHECK_EQUAL(has(policy_at("/docs"), "unsafe-inline"),
                  !docs_document.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
