// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "gateway/http/answer_client.hpp"
#include "gateway/http/event_stream.hpp"
#include "gateway/http/request_id.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

/// How many times as long as a head a whole body may take.
constexpr int bodies_a_head = 12;

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = beast::http;

constexpr std::size_t max_lingered_bytes = std::size_t{16} * 1024 * 1024;
/// The bytes read at once: few, since the request is not yet let in.
constexpr std::size_t small_read = 4096;

std::string_view view(beast::string_view s) {
  return {s.data(), s.size()};
}

std::string seconds_text(std::chrono::microseconds took) {
  const auto digits = std::to_string(took.count() % 1'000'000);
  return std::to_string(took.count() / 1'000'000) + "."
         + std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

connection::connection(asio::ip::tcp::socket socket,
                       std::shared_ptr<shared> shared, seat taken,
                       bool from_proxy)
    : shared_{std::move(shared)}, seat_{std::move(taken)},
      name_{"connection " + std::to_string(++shared_->connections)},
      stream_{std::move(socket)},
      from_proxy_{from_proxy}, patience_{stream_.get_executor()} {
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

void connection::start_beyond(bool crowd) {
  beyond_ = true;
  crowd_ = crowd;
  start();
  on_strand([](connection &c) {
    c.patience_.expires_after(c.shared_->tuning.reserve_timeout);
    c.patience_.async_wait([weak = c.weak_from_this()](error ec) {
      if (const auto self = weak.lock(); self && !ec) self->give_up();
    });
  });
}

void connection::give_up() {
  on_strand([](connection &c) {
    if (c.request_ || c.writer_ || c.lingered_ > 0) return;
    c.gave_up_ = true;
    c.stream_.cancel();
  });
}

void connection::reject() {
  shared_->add(shared_from_this());
  on_strand([](connection &c) { c.answer_and_close(c.no_room()); });
}

response connection::no_room() const {
  if (crowd_)
    return too_many("Your address has its share of the connections; try "
                    "again when some have ended.");
  return unavailable(shared_->use.draining
                         ? "The node is going away; try another."
                         : "Too many connections; try again.");
}

/// Ends an idle connection. A client whose first request is on its way must get
/// an answer to it; between requests it must expect that the connection ends.
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

/// Waits for a request, for which only the idle bound runs; the bound for a
/// head begins with its first byte.
void connection::await_request() {
  if (shared_->use.draining) return end_idle();
  if (buffer_.size() > 0) return read_head();
  idle_ = true;
  stream_.expires_after(first_ ? shared_->header_timeout
                               : shared_->idle_timeout);
  stream_.async_read_some(
      buffer_.prepare(small_read),
      [self = shared_from_this()](error ec, std::size_t n) {
        self->idle_ = false;
        if (ec == asio::error::operation_aborted
            && (self->gave_up_ || self->shared_->use.draining))
          return self->end_idle();
        if (ec) return self->close();
        self->buffer_.commit(n);
        self->read_head();
      });
}

void connection::end_idle() {
  if (first_ && stream_.socket().is_open()) return answer_and_close(no_room());
  close();
}

void connection::read_head() {
  first_ = false;
  head_ = false;
  scanner_ = {};
  stream_.expires_after(shared_->header_timeout);
  scan_head();
}

void connection::scan_head() {
  const auto got = buffer_.data();
  const std::string_view text{static_cast<const char *>(got.data()),
                              got.size()};
  switch (scanner_.scan(text)) {
  case head_scanner::progress::broken:
    head_ = text.substr(scanner_.skipped()).starts_with("HEAD ");
    return answer_and_close(scanner_.refusal());
  case head_scanner::progress::whole:
    return on_head();
  case head_scanner::progress::more:
    break;
  }
  const auto room =
      buffer_.prepare(std::min(small_read, max_head_bytes - got.size()));
  stream_.async_read_some(room,
                          [self = shared_from_this()](error ec, std::size_t n) {
                            if (self->gave_up_)
                              return self->answer_and_close(self->no_room());
                            if (ec) return self->on_broken(ec);
                            self->buffer_.commit(n);
                            self->scan_head();
                          });
}

/// Decides everything that the head alone decides: nothing of the body has been
/// read.
void connection::on_head() {
  parser_.emplace();
  parser_->header_limit(max_head_bytes);
  parser_->body_limit(boost::none);
  error ec;
  parser_->put(buffer_.data() + scanner_.skipped(), ec);
  buffer_.consume(scanner_.size());
  if (ec) return on_broken(ec);
  const auto &message = parser_->get();
  old_http_ = message.version() < 11;
  head_ = message.method() == beast_http::verb::head;
  keep_alive_ = message.keep_alive();
  request_ = std::make_shared<request>();
  request_->method = view(message.method_string());
  for (const auto &field : message)
    request_->headers.emplace_back(view(field.name_string()),
                                   view(field.value()));
  auto admitted = admit_request(shared_->use,
                                {.target = view(message.target()),
                                 .version = message.version(),
                                 .came_to = came_to()},
                                *request_);
  fields_ = std::move(admitted.fields);
  began_ = std::chrono::steady_clock::now();
  id_ = request_id(request_->header(request_id_field));
  fields_.emplace_back(request_id_field, id_);
  if (shared_->use.log_requests) {
    const auto target = view(message.target());
    path_ = target.substr(0, target.find('?'));
  }
  if (!takes_share(admitted)) return answer_and_close(no_room());
  if (admitted.answer) {
    if (admitted.ends || !parser_->is_done()) keep_alive_ = false;
    return answer(std::move(*admitted.answer));
  }
  body_limit_ = admitted.max_body;
  parser_->body_limit(body_limit_);
  if (parser_->is_done()) return on_body({});
  if (!old_http_ && equal_no_case(request_->header("expect"), "100-continue"))
    return go_on();
  read_body();
}

config::address connection::came_to() const {
  error unknown;
  const auto at = stream_.socket().local_endpoint(unknown);
  return unknown ? config::address{} : address_of(at.address());
}

/// Returns the client's address: behind trusted proxies the one they forward.
config::address connection::comes_from() const {
  if (from_proxy_)
    if (const auto who = forwarded_client(request_->headers, shared_->proxies))
      return *who;
  error unknown;
  const auto at = stream_.socket().remote_endpoint(unknown);
  return unknown ? config::address{} : address_of(at.address());
}

/// Returns false when there is no place for the request, which is no other
/// node's and does not ask for this one's health: the connection is beyond the
/// bound, or a proxy forwards it for an address that has its share.
bool connection::takes_share(const admission &admitted) {
  const auto *to = request_->to;
  const bool from_node =
      to != nullptr && to->who.of == access::kind::node && !admitted.answer;
  if (from_node || (to != nullptr && to->health)) {
    if (beyond_) keep_alive_ = false;
    return true;
  }
  if (beyond_) return false;
  if (!from_proxy_) return true;
  const auto who = forwarded_client(request_->headers, shared_->proxies);
  if (!who) return true;
  request_share_ = shared_->by_address.take(*who);
  crowd_ = request_share_ == nullptr;
  return !crowd_;
}

void connection::go_on() {
  static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(text.data(), text.size()),
                    [self = shared_from_this()](error failed, std::size_t) {
                      if (failed) return self->close();
                      self->read_body();
                    });
}

void connection::read_body() {
  extensions_ = 0;
  count_extensions_ = [this](std::uint64_t, beast::string_view extensions,
                             error &ec) {
    extensions_ += extensions.size();
    if (extensions_ > max_head_bytes) ec = beast_http::error::header_limit;
  };
  parser_->on_chunk_header(count_extensions_);
  body_until_ = std::chrono::steady_clock::now()
                + bodies_a_head * shared_->header_timeout;
  read_more_of_body();
}

/// Reads on, as long as some of the body comes now and then.
void connection::read_more_of_body() {
  stream_.expires_at(std::min(
      body_until_,
      std::chrono::steady_clock::now()
          + std::chrono::steady_clock::duration{shared_->header_timeout}));
  beast_http::async_read_some(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error ec, std::size_t) {
        if (ec || self->parser_->is_done()) return self->on_body(ec);
        self->read_more_of_body();
      });
}

/// Ends a request that never became one. A peer that went away or was too slow
/// gets no answer; one that sent something wrong does.
void connection::on_broken(error ec) {
  if (ec == beast_http::error::body_limit)
    return answer_and_close(too_large(body_limit_));
  // Large extensions and trailers may also fill the buffer first.
  if (ec == beast_http::error::header_limit
      || ec == beast_http::error::buffer_overflow)
    return answer_and_close(problem(
        431, "too-large", "Extensions and trailers may have at most 16 KiB."));
  if (ec == asio::error::eof || ec == beast_http::error::partial_message)
    return answer_and_close(bad_request("The request ends before its end."));
  if (ec.category()
      == make_error_code(beast_http::error::bad_method).category())
    return answer_and_close(bad_request("The request is not HTTP/1.1."));
  close();
}

void connection::on_body(error ec) {
  if (ec) return on_broken(ec);
  stream_.expires_never();
  dispatch();
}

void connection::dispatch() {
  // The message has to outlive the parser: the answer may come late.
  const auto message =
      std::make_shared<beast_http::request<string_body>>(parser_->release());
  request_->body = message->body();
  request_->keep = message;
  request_->received_at = shared_->use.engine.time().now();
  request_->from = comes_from();
  const auto &who = request_->who.proven;
  request_->queue_key = who ? workflows::to_string(*who) : name_;
  if (request_->to->handle == nullptr) return stream_events();
  if (request_->to->slow) return handle_slow();
  shared_->use.engine.lend_thread([this] {
    request_->to->handle(shared_->use, request_, make_responder());
  });
}

void connection::stream_events() {
  if (head_) return answer({.body = {}, .content_type = "text/event-stream"});
  auto wanted = parse_event_request(*request_);
  if (!wanted.has_value()) return answer(bad_request(wanted.error()));
  (*wanted).fields = fields_;
  (*wanted).taken = {seat_.place,
                     request_share_ ? request_share_ : seat_.share};
  if (!shared_->hub->open(stream_, shared_, *wanted))
    answer(unavailable("Too many clients of the event stream; try again."));
  else
    note(200, 0, false);
}

void connection::handle_slow() {
  bool taken = false;
  const auto r = request_;
  r->gone = std::make_shared<std::atomic<bool>>(false);
  r->open_stream = [this, &taken]() -> std::shared_ptr<answer_stream> {
    taken = true;
    note(200, 0, false);
    const auto client = std::make_shared<answer_client>(
        stream_, shared_,
        seat{seat_.place, request_share_ ? request_share_ : seat_.share});
    client->start(fields_);
    return client;
  };
  r->to->handle(shared_->use, r, make_responder());
  r->open_stream = {};
  if (!taken) watch_client();
}

void connection::watch_client() {
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read,
      [self = shared_from_this(), gone = request_->gone](error ec) {
        // What can be read and is nothing is the end.
        if (!ec && self->stream_.socket().available(ec) == 0) *gone = true;
      });
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

void connection::note(unsigned status, std::size_t bytes, bool whole) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began_);
  const bool known = request_ && request_->to;
  shared_->use.meters.http_request(
      known ? request_->to->pattern : "none", status,
      known && whole ? std::optional{took} : std::nullopt);
  if (!shared_->use.log_requests || !request_) return;
  const auto &who = request_->who.proven;
  log_info("request", {{"request_id", id_},
                       {"method", request_->method},
                       {"path", path_},
                       {"status", std::to_string(status)},
                       {"seconds", whole ? seconds_text(took) : ""},
                       {"bytes", whole ? std::to_string(bytes) : ""},
                       {"who", who ? workflows::to_string(*who) : ""},
                       {"from", config::to_string(comes_from())},
                       {"traceparent", request_->header("traceparent")}});
}

void connection::answer_and_close(response r) {
  keep_alive_ = false;
  answer(std::move(r));
}

void connection::slow_down(response r) {
  const auto wait =
      shared_->use.guesses.note(config::to_string(whole_of(comes_from())),
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
  note(r.status, r.body.size() + r.lasting.size(), true);
  out_ = {beast_http::status{r.status}, old_http_ ? 10U : 11U};
  answer_body::value_type body{.own = std::move(r.body), .lasting = r.lasting};
  if (r.status != 204 && r.status != 304) {
    out_.set(beast_http::field::content_type, r.content_type);
    out_.content_length(body.bytes().size());
  }
  out_.set(beast_http::field::cache_control, "no-store");
  out_.set("X-Content-Type-Options", "nosniff");
  for (const auto *fields : {&fields_, &r.headers})
    for (const auto &[name, value] : *fields)
      if (name == "Set-Cookie" || name == "Vary")
        out_.insert(name, value);  // there may be several
      else
        out_.set(name, value);
  if (!head_) out_.body() = std::move(body);
  reserved_ = std::move(r.reserved);
  out_.keep_alive(keep_alive_);
  writer_.emplace(out_);
  stream_.expires_after(shared_->tuning.write_timeout);
  beast_http::async_write(stream_, *writer_,
                          [self = shared_from_this()](error ec, std::size_t) {
                            self->on_written(ec);
                          });
}

void connection::on_written(error ec) {
  writer_.reset();
  out_ = {};
  reserved_.reset();
  parser_.reset();
  request_.reset();
  request_share_.reset();
  fields_.clear();
  head_ = false;
  if (ec) return close();
  if (keep_alive_) return await_request();
  // A crowd beyond the bound must not grow by lingering.
  if (beyond_
      && (gave_up_
          || shared_->count()
                 > shared_->max_connections + 2 * shared_->tuning.reserve))
    return close();
  error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(shared_->tuning.linger);
  linger();
}

/// Reads on for a while after the last answer: closing while the peer still
/// sends would reset the connection and could destroy the answer.
void connection::linger() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(small_read),
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

}  // namespace recapd::gateway::http
