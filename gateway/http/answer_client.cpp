// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/answer_client.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace recapd::gateway::http {

namespace asio = boost::asio;

std::string event_stream_head(const field_list &fields) {
  std::string out{"HTTP/1.1 200 OK\r\n"
                  "Content-Type: text/event-stream\r\n"
                  "Cache-Control: no-store, no-transform\r\n"
                  "X-Accel-Buffering: no\r\n"
                  "X-Content-Type-Options: nosniff\r\n"
                  "Connection: close\r\n"};
  for (const auto &[name, value] : fields)
    out.append(name).append(": ").append(value).append("\r\n");
  return out + "\r\n";
}

answer_client::answer_client(boost::beast::tcp_stream &stream,
                             std::shared_ptr<shared> shared, seat taken)
    : shared_{std::move(shared)}, seat_{std::move(taken)},
      stream_{std::move(stream)}, keep_alive_{stream_.get_executor()} {}

answer_client::~answer_client() {
  shared_->remove(this);
}

template <class F> void answer_client::on_strand(F f) {
  if (shared_->over) return;
  asio::post(
      stream_.get_executor(),
      [self = shared_from_this(), f = std::move(f)]() mutable { f(*self); });
}

void answer_client::start(const field_list &fields) {
  shared_->add(shared_from_this());
  on_strand([head = event_stream_head(fields)](answer_client &c) {
    c.stream_.expires_never();
    c.watch();
    c.keep_alive();
    c.write(head);
  });
}

void answer_client::send(std::string_view event, std::string_view data) {
  std::string text = "event: ";
  text.append(event).append("\ndata: ").append(data).append("\n\n");
  on_strand([text = std::move(text)](answer_client &c) { c.write(text); });
}

void answer_client::end() {
  on_strand([](answer_client &c) {
    c.ending_ = true;
    if (!c.writing_) c.close();
  });
}

void answer_client::abort() {
  on_strand([](answer_client &c) { c.close(); });
}

void answer_client::write(const std::string &text) {
  if (gone_) return;
  next_ += text;
  if (!writing_) write_next();
}

void answer_client::write_next() {
  if (next_.empty()) {
    if (ending_) close();
    return;
  }
  now_ = std::exchange(next_, {});
  writing_ = true;
  stream_.expires_after(shared_->tuning.write_timeout);
  asio::async_write(stream_, asio::buffer(now_),
                    [self = shared_from_this()](error ec, std::size_t) {
                      self->writing_ = false;
                      if (ec) return self->close();
                      self->stream_.expires_never();
                      self->write_next();
                    });
}

void answer_client::keep_alive() {
  keep_alive_.expires_after(shared_->tuning.keep_alive);
  keep_alive_.async_wait([weak = weak_from_this()](error ec) {
    const auto self = weak.lock();
    if (ec || !self || self->gone_) return;
    if (!self->writing_) self->write(": still here\n\n");
    self->keep_alive();
  });
}

/// Reads and ignores what the client sends: reading tells when it is gone.
void answer_client::watch() {
  stream_.socket().async_read_some(
      asio::buffer(ignored_),
      [self = shared_from_this()](error ec, std::size_t) {
        if (ec) return self->close();
        self->watch();
      });
}

void answer_client::close() {
  gone_ = true;
  keep_alive_.cancel();
  stream_.close();
}

}  // namespace recapd::gateway::http
