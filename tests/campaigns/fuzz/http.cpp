// The HTTP request path: bytes of a connection, through the parser, the router
// and the handlers, to an engine and back.
//   t BYTES   as they are, in trusted mode; 1 to 9: so many at a time
//   k BYTES   as they are, in token mode (tokens ann, bob, eve)
//   c TEXT    requests, put together here, a line `%%` between them: a line
//             `METHOD TARGET`, `Name: value` lines, an empty line, the body.
//             Content-Length is added. C: in token mode
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "gateway/http/head.hpp"
#include "gateway/wire/strict_json.hpp"
#include "http_world.hpp"
#include "oracle.hpp"

namespace recapd::fuzz {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::size_t most_pieces = 500;
constexpr std::array known_statuses{200, 304, 400, 401, 403, 404, 405,
                                    409, 413, 414, 415, 422, 431, 505};

/// Which of the requests are HEAD: their answers have no body.
std::vector<bool> heads_of(std::string_view bytes) {
  std::vector<bool> out;
  while (!bytes.empty()) {
    if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    http::request_parser<http::string_body> p;
    p.body_limit(boost::none);
    p.eager(true);
    error_code ec;
    const auto n = p.put(asio::buffer(bytes.data(), bytes.size()), ec);
    if (!p.is_header_done()) {
      out.push_back(bytes.starts_with("HEAD "));
      break;
    }
    out.push_back(p.get().method() == http::verb::head);
    if (ec || !p.is_done()) break;
    bytes.remove_prefix(n);
  }
  return out;
}

void check_problem(const boost::json::value &body, unsigned status,
                   std::string_view text) {
  const auto *o = body.if_object();
  require(o != nullptr, "a problem is an object", text);
  const auto *type = o->if_contains("type");
  require(type != nullptr && type->is_string()
              && type->get_string().starts_with("urn:recapd:problem:"),
          "a problem has its type", text);
  const auto *said = o->if_contains("status");
  require(said != nullptr && *said == status, "a problem says its status",
          text);
  require(o->contains("title") && o->contains("detail"),
          "a problem has title and detail", text);
}

void check_body(const http::response<http::string_body> &r) {
  const std::string type{r[http::field::content_type]};
  const auto &text = r.body();
  if (type.starts_with("application/openmetrics-text"))
    return require(text.ends_with("# EOF\n"), "metrics are whole", text);
  // What browsers open; a file that is known has no body.
  if (!r["Content-Security-Policy"].empty())
    return require(r.result_int() == 200
                       || (r.result_int() == 304 && text.empty()),
                   "a page is there, or known", type);
  const bool problem = type == "application/problem+json";
  require(problem || type == "application/json", "a body is JSON", type);
  require(problem == (r.result_int() >= 400), "errors are problems", text);
  const auto body = gateway::parse_strict(text);
  require(body.has_value(), "a body is strict JSON", text);
  if (problem) check_problem(*body, r.result_int(), text);
}

void check_response(const http::response<http::string_body> &r, bool head,
                    std::string_view all) {
  require(std::find(known_statuses.begin(), known_statuses.end(),
                    static_cast<int>(r.result_int()))
              != known_statuses.end(),
          "a status is one that the request explains", all);
  require(r.has_content_length(), "an answer says how long it is", all);
  if (!head) check_body(r);
}

/// Every answer is whole, and there are no more of them than requests.
void check_answers(std::string_view got, std::string_view sent) {
  const auto heads = heads_of(sent);
  const auto all = got;
  for (std::size_t i = 0; !got.empty();) {
    const bool head = i < heads.size() && heads[i];
    http::response_parser<http::string_body> p;
    p.body_limit(boost::none);
    p.skip(head);
    p.eager(true);
    error_code ec;
    const auto n = p.put(asio::buffer(got.data(), got.size()), ec);
    require(!ec && p.is_header_done(), "an answer is HTTP", all);
    if (p.get()[http::field::content_type] == "text/event-stream") return;
    require(p.is_done(), "an answer is whole", all);
    got.remove_prefix(n);
    if (p.get().result() == http::status::continue_) continue;
    // The one that broke may have been cut before its header ended.
    require(i++ <= heads.size(), "nothing answers that was not asked", all);
    check_response(p.get(), head, all);
  }
}

/// The scanner says the same of a head that comes at once and in pieces, and
/// what it lets through is to the parser a head of the same size.
void check_scanner(std::string_view bytes) {
  using progress = gateway::http::head_scanner::progress;
  gateway::http::head_scanner at_once, in_pieces;
  const auto first = at_once.scan(bytes);
  auto second = progress::more;
  for (std::size_t n = 1; n <= bytes.size() && second == progress::more; ++n)
    second = in_pieces.scan(bytes.substr(0, n));
  require(first == second && at_once.size() == in_pieces.size()
              && at_once.refusal().body == in_pieces.refusal().body,
          "a head is the same in pieces", bytes);
  if (first != progress::whole) return;
  const auto head =
      bytes.substr(at_once.skipped(), at_once.size() - at_once.skipped());
  http::request_parser<http::string_body> p;
  p.header_limit(gateway::http::max_head_bytes);
  error_code ec;
  const auto n = p.put(asio::buffer(head.data(), head.size()), ec);
  require(ec ? ec == http::error::bad_value
                   || ec == http::error::bad_content_length
                   || ec == http::error::multiple_content_length
                   || ec == http::error::bad_transfer_encoding
             : p.is_header_done() && n == head.size(),
          "a head is one for the parser", bytes);
}

std::string put_together(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto one = take_part(text, "%%");
    (out += take_line(one)) += " HTTP/1.1\r\nHost: localhost\r\n";
    while (!one.empty()) {
      const auto field = take_line(one);
      if (field.empty()) break;
      (out += field) += "\r\n";
    }
    if (one.ends_with('\n')) one.remove_suffix(1);
    if (!one.empty())
      out += "Content-Length: " + std::to_string(one.size()) + "\r\n";
    (out += "\r\n") += one;
  }
  return out;
}

/// The world of all inputs that change nothing. Never destroyed by exit():
/// the actors must not outlive what CAF keeps for the main thread.
std::unique_ptr<http_world> &world() {
  static auto &it = *new std::unique_ptr<http_world>;
  return it;
}

void make_world() {
  world() = std::make_unique<http_world>();
  static const bool once = [] {
    return ::on_exit(
               [](int status, void *) {
                 std::fflush(nullptr);
                 if (world()) ::_exit(status);
               },
               nullptr)
           == 0;
  }();
  require(once, "exit() can be prepared for");
}

void run(std::string_view bytes, std::size_t piece, who caller) {
  check_scanner(bytes);
  if (!world()) make_world();
  check_answers(world()->exchange(bytes, piece, caller), bytes);
  if (!world()->changed()) return;
  world()->check();
  world().reset();
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  if (mode == 0) world().reset();
  if (mode == 't') run(rest, rest.size() + 1, who::trusted);
  if (mode >= '1' && mode <= '9')
    run(rest,
        std::max(static_cast<std::size_t>(mode - '0'),
                 rest.size() / most_pieces),
        who::trusted);
  if (mode == 'k') run(rest, rest.size() + 1, who::by_token);
  if (mode == 'c' || mode == 'C') {
    const auto bytes = put_together(rest);
    run(bytes, bytes.size() + 1, mode == 'c' ? who::trusted : who::by_token);
  }
}

}  // namespace recapd::fuzz
