// SPDX-License-Identifier: Apache-2.0
#include "ingress/http_connection.hpp"

#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "ingress/event_stream.hpp"
#include "ingress/target.hpp"
#include "ingress/text.hpp"

namespace recapd::ingress {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t max_header_bytes = 16 * 1024;
constexpr std::size_t max_batch_bytes = 4 * 1024 * 1024;
constexpr std::size_t max_lingered_bytes = 16 * 1024 * 1024;

std::string_view view(beast::string_view s) {
  return {s.data(), s.size()};
}

/// The largest body that a request may have.
std::size_t body_limit(const route *to, const http::fields &fields) {
  if (to == nullptr) return max_event_bytes;
  if (to->max_body < max_event_bytes) return to->max_body;
  const auto media = parse_media_type(view(fields[http::field::content_type]));
  return media.name == "application/cloudevents-batch+json" ? max_batch_bytes
                                                            : to->max_body;
}

response too_large(std::size_t limit) {
  return problem(413, "too-large",
                 "The body may have at most " + std::to_string(limit)
                     + " bytes here.");
}

/// Who has one address of IPv6 has its whole network.
std::string prefix_of(const asio::ip::address &a) {
  if (a.is_v4()) return a.to_string();
  if (a.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6())
        .to_string();
  return asio::ip::make_network_v6(a.to_v6(), 64).canonical().to_string();
}

}  // namespace

void http_shared::add(const std::shared_ptr<peer> &p) {
  const std::lock_guard lock{guard};
  peers.emplace(p.get(), p);
}

void http_shared::remove(peer *p) {
  const std::lock_guard lock{guard};
  peers.erase(p);
  gone.notify_all();
}

std::size_t http_shared::count() {
  const std::lock_guard lock{guard};
  return peers.size();
}

std::vector<std::shared_ptr<peer>> http_shared::living() {
  const std::lock_guard lock{guard};
  std::vector<std::shared_ptr<peer>> out;
  for (const auto &[raw, weak] : peers)
    if (auto p = weak.lock()) out.push_back(std::move(p));
  return out;
}

connection::connection(asio::ip::tcp::socket socket,
                       std::shared_ptr<http_shared> shared)
    : shared_{std::move(shared)}, stream_{std::move(socket)} {
  shared_->use.meters.http_connections(1);
}

connection::~connection() {
  shared_->use.meters.http_connections(-1);
  shared_->remove(this);
}

template <class F> void connection::on_strand(F f) {
  if (shared_->over) return;
  asio::post(
      stream_.get_executor(),
      [self = shared_from_this(), f = std::move(f)]() mutable { f(*self); });
}

void connection::start() {
  shared_->add(shared_from_this());
  on_strand([](connection &c) {
    error ignored;
    c.stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    c.await_request();
  });
}

void connection::turn_away() {
  shared_->add(shared_from_this());
  on_strand([](connection &c) { c.answer_and_close(c.no_room()); });
}

response connection::no_room() const {
  return unavailable(shared_->use.draining
                         ? "The node is going away; try another."
                         : "Too many connections; try again.");
}

/// A client whose first request is on its way must get an answer to it; between
/// requests it must expect that the connection ends.
void connection::drain() {
  on_strand([](connection &c) {
    if (!c.idle_) return;
    if (c.first_)
      c.stream_.cancel();
    else
      c.close();
  });
}

void connection::abort() {
  on_strand([](connection &c) { c.close(); });
}

/// Between requests nothing but the idle bound runs; the bound for a whole
/// request begins with its first byte.
void connection::await_request() {
  if (shared_->use.draining) return end_idle();
  if (buffer_.size() > 0) return read_header();
  idle_ = true;
  stream_.expires_after(first_ ? shared_->header_timeout
                               : shared_->idle_timeout);
  stream_.async_read_some(buffer_.prepare(8192), [self = shared_from_this()](
                                                     error ec, std::size_t n) {
    self->idle_ = false;
    if (ec == asio::error::operation_aborted && self->shared_->use.draining)
      return self->end_idle();
    if (ec) return self->close();
    self->buffer_.commit(n);
    self->read_header();
  });
}

void connection::end_idle() {
  if (first_ && stream_.socket().is_open()) return answer_and_close(no_room());
  close();
}

void connection::read_header() {
  first_ = false;
  parser_.emplace();
  parser_->header_limit(max_header_bytes);
  // The route decides; until then nothing of the body is taken.
  parser_->body_limit(boost::none);
  stream_.expires_after(shared_->header_timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error ec, std::size_t) {
                            self->on_header(ec);
                          });
}

void connection::on_header(error ec) {
  if (ec) return on_broken(ec);
  const auto &message = parser_->get();
  keep_alive_ = message.keep_alive();
  old_http_ = message.version() < 11;
  head_ = message.method() == http::verb::head;
  const auto parsed = parse_target(view(message.target()));
  if (!parsed)
    return answer_and_close(bad_request("The request target is broken."));
  query_ = parsed->query;
  where_ = find_route(view(message.method_string()), parsed->path);
  const auto limit = body_limit(where_.to, message);
  if (const auto size = parser_->content_length(); size && *size > limit)
    return answer_and_close(too_large(limit));
  parser_->body_limit(limit);
  if (!beast::iequals(message[http::field::expect], "100-continue")
      || parser_->is_done())
    return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on.data(), go_on.size()),
                    [self = shared_from_this()](error failed, std::size_t) {
                      if (failed) return self->close();
                      self->read_body();
                    });
}

void connection::read_body() {
  if (parser_->is_done()) return on_request({});
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error ec, std::size_t) {
                     self->on_request(ec);
                   });
}

/// Requests that never became one. A peer that went away or was too slow gets
/// no answer; one that sent something wrong does.
void connection::on_broken(error ec) {
  if (ec == http::error::end_of_stream || ec == beast::error::timeout)
    return close();
  if (ec == http::error::body_limit)
    return answer_and_close(too_large(body_limit(where_.to, parser_->get())));
  if (ec == http::error::header_limit)
    return answer_and_close(
        problem(431, "too-large", "The header may have at most 16 KiB."));
  if (ec.category() == make_error_code(http::error::bad_method).category())
    return answer_and_close(bad_request("The request is not HTTP/1.1."));
  close();
}

void connection::on_request(error ec) {
  if (ec) return on_broken(ec);
  stream_.expires_never();
  dispatch();
}

void connection::dispatch() {
  if (where_.to == nullptr) return answer(std::move(where_.otherwise));
  // The message lives on its own from here: the answer may come late.
  const auto message =
      std::make_shared<http::request<string_body>>(parser_->release());
  auto r = std::make_shared<request>();
  r->method = view(message->method_string());
  r->to = where_.to;
  r->params = std::move(where_.params);
  r->query = std::move(query_);
  for (const auto &field : *message)
    r->headers.emplace_back(view(field.name_string()), view(field.value()));
  r->body = message->body();
  r->received_at = shared_->use.engine.time().now();
  r->keep = message;
  if (auto no =
          admit(shared_->use, *where_.to, r->header("authorization"), r->who))
    return answer(std::move(*no));
  if (const query q{r->query, r->to->query}; !q.error().empty())
    return answer(bad_request(q.error()));
  if (where_.to->handle == nullptr) return stream_events(*r);
  where_.to->handle(shared_->use, r, make_responder());
}

void connection::stream_events(const request &r) {
  if (head_) return answer({.body = {}, .content_type = "text/event-stream"});
  auto wanted = parse_event_request(r);
  if (!wanted.has_value()) return answer(bad_request(wanted.error()));
  if (!shared_->hub->open(stream_, shared_, *wanted))
    answer(unavailable("Too many clients of the event stream; try again."));
  else
    shared_->use.meters.http_request(where_.to->pattern, 200);
}

responder connection::make_responder() {
  auto answered = std::make_shared<std::atomic_flag>();
  return [self = shared_from_this(), answered](response r) {
    // A second answer would run into the next request's.
    if (answered->test_and_set()) return;
    self->on_strand(
        [r = std::move(r)](connection &c) mutable { c.answer(std::move(r)); });
  };
}

void connection::answer_and_close(response r) {
  keep_alive_ = false;
  answer(std::move(r));
}

void connection::slow_down(response r) {
  error none;
  const auto from = stream_.socket().remote_endpoint(none).address();
  const auto wait = shared_->use.guesses.note(prefix_of(from),
                                              std::chrono::steady_clock::now());
  if (wait == wait.zero()) return answer(std::move(r));
  keep_alive_ = false;
  pause_.expires_after(wait);
  pause_.async_wait([self = shared_from_this(), r = std::move(r)](
                        error) mutable { self->answer(std::move(r)); });
}

void connection::answer(response r) {
  if (std::exchange(r.guessed, false)) return slow_down(std::move(r));
  if (shared_->use.draining) keep_alive_ = false;
  shared_->use.meters.http_request(
      where_.to != nullptr ? where_.to->pattern : "none", r.status);
  out_ = {http::status{r.status}, old_http_ ? 10U : 11U};
  out_.set(http::field::content_type, r.content_type);
  out_.set(http::field::cache_control, "no-store");
  for (const auto &[name, value] : r.headers)
    out_.set(name, value);
  out_.content_length(r.body.size());
  if (!head_) out_.body() = std::move(r.body);
  out_.keep_alive(keep_alive_);
  writer_.emplace(out_);
  stream_.expires_after(shared_->tuning.write_timeout);
  http::async_write(stream_, *writer_,
                    [self = shared_from_this()](error ec, std::size_t) {
                      self->on_written(ec);
                    });
}

void connection::on_written(error ec) {
  writer_.reset();
  out_ = {};
  parser_.reset();
  where_ = {};
  head_ = false;
  if (ec) return close();
  if (keep_alive_) return await_request();
  error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(shared_->tuning.linger);
  linger();
}

/// Reads on for a while after the last answer: closing while the peer still
/// sends would reset the connection and could destroy the answer.
void connection::linger() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(65536),
                          [self = shared_from_this()](error ec, std::size_t n) {
                            self->lingered_ += n;
                            if (ec || self->lingered_ > max_lingered_bytes)
                              return self->close();
                            self->linger();
                          });
}

void connection::close() {
  pause_.cancel();
  stream_.close();
}

}  // namespace recapd::ingress
