// SPDX-License-Identifier: Apache-2.0
#include "http_client.hpp"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace recapd::gateway::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

const tcp::endpoint anywhere{asio::ip::address_v4::loopback(), 0};

/// A failure must show as one, not as a test that hangs.
void bound_waits(tcp::socket &s) {
  const timeval bound{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(s.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &bound,
               sizeof bound);
}

std::string lower(std::string text) {
  for (auto &c : text)
    c = static_cast<char>(std::tolower(c));
  return text;
}

}  // namespace

const boost::json::value &lasting_json(const std::string &text) {
  static std::deque<boost::json::value> parsed;
  return parsed.emplace_back(boost::json::parse(text));
}

const boost::json::value &answer::json() const {
  return lasting_json(body);
}

std::string answer::header(const std::string &name) const {
  const auto at = headers.find(name);
  return at == headers.end() ? "" : at->second;
}

std::string answer::problem() const {
  if (header("content-type") != "application/problem+json") return {};
  const std::string type{json().at("type").as_string()};
  return type.substr(std::string{"urn:recapd:problem:"}.size());
}

http_client::http_client(unsigned short port, const std::string &to,
                         const std::string &from) {
  const tcp::endpoint there{asio::ip::make_address(to), port};
  socket_.open(there.protocol());
  if (!from.empty()) socket_.bind({asio::ip::make_address(from), 0});
  socket_.connect(there);
  bound_waits(socket_);
}

void http_client::send(std::string_view raw) {
  boost::system::error_code gone;
  asio::write(socket_, asio::buffer(raw.data(), raw.size()), gone);
}

void http_client::send_slowly(std::string_view raw) {
  socket_.set_option(tcp::no_delay{true});
  for (const char &byte : raw)
    send({&byte, 1});
}

std::optional<answer> http_client::receive(bool to_head) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(to_head);
  boost::system::error_code ec;
  http::read(socket_, buffer_, parser, ec);
  if (ec) return std::nullopt;
  answer out{.status = parser.get().result_int(),
             .body = parser.get().body(),
             .headers = {}};
  for (const auto &f : parser.get())
    out.headers[lower(std::string{f.name_string()})] = f.value();
  return out;
}

answer http_client::call(const std::string &method, const std::string &target,
                         const field_list &fields, const std::string &body) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  const auto named = [](const auto &f) { return f.first == "Host"; };
  if (std::ranges::none_of(fields, named)) text += "Host: localhost\r\n";
  for (const auto &[name, value] : fields)
    text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(text + "\r\n" + body);
  return receive(method == "HEAD").value_or(answer{});
}

answer http_client::get(const std::string &target, const field_list &fields) {
  return call("GET", target, fields);
}

answer http_client::post(const std::string &target, const std::string &type,
                         const std::string &body, const field_list &fields) {
  auto all = fields;
  all.emplace_back("Content-Type", type);
  return call("POST", target, all, body);
}

std::string http_client::read_until(const std::string &text) {
  boost::system::error_code ec;
  while (true) {
    const std::string_view got{static_cast<const char *>(buffer_.data().data()),
                               buffer_.size()};
    const auto at = got.find(text);
    if (at != std::string_view::npos || ec) {
      const std::string out{ec ? got : got.substr(0, at + text.size())};
      buffer_.consume(out.size());
      return out;
    }
    buffer_.commit(socket_.read_some(buffer_.prepare(4096), ec));
  }
}

bool http_client::closed() {
  char byte = 0;
  boost::system::error_code ec;
  socket_.read_some(asio::buffer(&byte, 1), ec);
  return buffer_.size() == 0
         && (ec == asio::error::eof || ec == asio::error::connection_reset);
}

bool http_client::cut_off() {
  pollfd p{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&p, 1, 20000) == 1;
}

void http_client::shutdown_send() {
  socket_.shutdown(tcp::socket::shutdown_send);
}

receiver::receiver(std::deque<unsigned> statuses)
    : receiver{[left = std::move(statuses)](const std::string &) mutable {
        if (left.empty()) return reply{};
        const reply out{.status = left.front()};
        left.pop_front();
        return out;
      }} {}

receiver::receiver(answerer answers)
    : acceptor_{io_, anywhere}, answers_{std::move(answers)}, thread_{[this] {
        serve();
      }} {}

receiver::~receiver() {
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
  thread_.join();
}

std::string receiver::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port())
         + "/hook";
}

receiver::message receiver::next() {
  std::unique_lock lock{mutex_};
  came_.wait_for(lock, std::chrono::seconds{20},
                 [this] { return !got_.empty(); });
  if (got_.empty()) return {};
  auto out = std::move(got_.front());
  got_.pop_front();
  return out;
}

void receiver::serve() {
  while (true) {
    boost::system::error_code ec;
    auto socket = acceptor_.accept(ec);
    if (ec) return;
    serve_one(std::move(socket));
  }
}

void receiver::serve_one(tcp::socket socket) {
  bound_waits(socket);
  boost::beast::flat_buffer buffer;
  boost::system::error_code ec;
  http::request<http::string_body> r;
  http::read(socket, buffer, r, ec);
  if (ec) return;
  http::response<http::empty_body> out{http::status::no_content, 11};
  const auto told = answers_(r.body());
  {
    const std::lock_guard lock{mutex_};
    got_.push_back({r.body(), std::string{r[http::field::content_type]},
                    std::string{r["recapd-signature"]}});
    came_.notify_all();
  }
  if (told.status == 0) return;
  out.result(told.status);
  out.set(http::field::connection, "close");
  if (!told.retry_after.empty())
    out.set(http::field::retry_after, told.retry_after);
  if (out.result_int() == 302) out.set(http::field::location, "/elsewhere");
  out.prepare_payload();
  http::write(socket, out, ec);
}

}  // namespace recapd::gateway::test
