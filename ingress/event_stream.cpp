// SPDX-License-Identifier: Apache-2.0
#include "ingress/event_stream.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

#include "ingress/http_connection.hpp"
#include "ingress/log.hpp"
#include "ingress/outgoing.hpp"
#include "ingress/target.hpp"
#include "ingress/text.hpp"

namespace recapd::ingress {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr int rows_a_read = 256;
/// All clients' pages are one caller's: they are read for several at a time.
const std::string feed_caller = "events";

std::string frame_text(const storage::feed_row &r) {
  try {
    return "id: " + std::to_string(r.position) + "\nevent: recapd.event."
           + r.event.type + "\ndata: "
           + boost::json::serialize(event_out(r.session, r.event)) + "\n\n";
  } catch (const std::exception &e) {
    log_warn("an event cannot be shown",
             {{"session", r.session}, {"error", e.what()}});
    return {};
  }
}

event_page page_of(const std::vector<storage::feed_row> &rows) {
  std::vector<event_frame> frames;
  frames.reserve(rows.size());
  for (const auto &r : rows)
    frames.push_back({r.position, r.session, frame_text(r)});
  return std::make_shared<const std::vector<event_frame>>(std::move(frames));
}

/// Proxies are told not to hold events back, nor to change them.
std::string stream_head(const field_list &fields) {
  std::string out{"HTTP/1.1 200 OK\r\n"
                  "Content-Type: text/event-stream\r\n"
                  "Cache-Control: no-store, no-transform\r\n"
                  "X-Accel-Buffering: no\r\n"
                  "X-Content-Type-Options: nosniff\r\n"
                  "Connection: close\r\n"};
  for (const auto &[name, value] : fields)
    out += name + ": " + value + "\r\n";
  return out + "\r\n: from now on\n\n";
}

}  // namespace

/// One client; everything happens on its stream's strand.
class event_client final : public peer,
                           public std::enable_shared_from_this<event_client> {
public:
  using error = beast::error_code;

  event_client(beast::tcp_stream &stream, std::shared_ptr<http_shared> shared,
               const event_request &wanted)
      : shared_{std::move(shared)}, seat_{wanted.held}, stream_{std::move(
                                                            stream)},
        heartbeat_{stream_.get_executor()}, recheck_{stream_.get_executor()},
        session_{wanted.session}, who_{wanted.who}, head_{stream_head(
                                                        wanted.fields)} {
    shared_->use.meters.event_clients(1);
  }
  ~event_client() override {
    shared_->use.meters.event_clients(-1);
    shared_->hub->left();
    shared_->remove(this);
  }
  event_client(const event_client &) = delete;
  event_client &operator=(const event_client &) = delete;

  void drain() override { abort(); }
  void abort() override {
    on_strand([](event_client &c) { c.close(); });
  }

  void start(std::int64_t position) {
    on_strand([position](event_client &c) {
      c.position_ = position;
      c.owes_ready_ = true;
      c.stream_.expires_never();
      c.watch();
      c.beat();
      c.check_again();
      c.write(std::move(c.head_));
    });
  }

  void deliver(const event_page &page) {
    on_strand([page](event_client &c) {
      if (!c.known()) return c.close();
      std::string text;
      for (const auto &f : *page) {
        if (f.position <= c.position_) continue;
        c.position_ = f.position;
        if (c.session_.empty() || c.session_ == f.session) text += f.text;
      }
      c.owes_ready_ = true;
      c.write(std::move(text));
    });
  }

private:
  template <class F> void on_strand(F f) {
    if (shared_->over) return;
    asio::post(stream_.get_executor(),
               [self = shared_from_this(), f = std::move(f)] { f(*self); });
  }

  void write(std::string text) {
    next_ += text;
    if (!writing_) write_next();
  }

  void write_next() {
    if (next_.empty()) {
      if (std::exchange(owes_ready_, false))
        shared_->hub->ready(shared_from_this(), position_);
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

  void beat() {
    heartbeat_.expires_after(shared_->tuning.heartbeat);
    heartbeat_.async_wait([weak = weak_from_this()](error ec) {
      const auto self = weak.lock();
      if (ec || !self || self->closed_) return;
      if (!self->writing_) self->write(": still here\n\n");
      self->beat();
    });
  }

  [[nodiscard]] bool known() const {
    return shared_->use.auth.still_knows(who_, token_time(shared_->use));
  }

  /// Tokens are taken away, and expire, while nothing is sent.
  void check_again() {
    if (!who_.proven) return;
    recheck_.expires_after(shared_->tuning.feed_poll);
    recheck_.async_wait([weak = weak_from_this()](error ec) {
      const auto self = weak.lock();
      if (ec || !self || self->closed_) return;
      if (!self->known()) return self->close();
      self->check_again();
    });
  }

  /// A client says nothing more; reading tells when it is gone.
  void watch() {
    stream_.socket().async_read_some(
        asio::buffer(ignored_),
        [self = shared_from_this()](error ec, std::size_t) {
          if (ec) return self->close();
          self->watch();
        });
  }

  void close() {
    closed_ = true;
    heartbeat_.cancel();
    recheck_.cancel();
    stream_.close();
  }

  std::shared_ptr<http_shared> shared_;  // holds the stream's context
  seat seat_;
  beast::tcp_stream stream_;
  asio::steady_timer heartbeat_;
  asio::steady_timer recheck_;
  std::string session_;
  caller who_;
  std::string head_;
  std::int64_t position_ = 0;
  std::string now_;   ///< being written
  std::string next_;  ///< written after it: a page and a heartbeat at most
  std::array<char, 256> ignored_{};
  bool writing_ = false;
  bool owes_ready_ = false;
  bool closed_ = false;
};

boost::system::result<event_request, std::string>
parse_event_request(const request &r) {
  query q{r.query, r.to->query};
  event_request out{.after = {}, .session = q.id("session"), .who = r.who};
  std::string after{r.header("last-event-id")};
  if (after.empty()) after = q.text("last_event_id");
  if (!after.empty()) {
    out.after = parse_integer<std::int64_t>(after);
    if (!out.after || *out.after < 0)
      q.fail("Last-Event-ID: expected the id of an event of this stream.");
  }
  if (!q.error().empty()) return q.error();
  return out;
}

event_hub::event_hub(asio::io_context &io, services &use,
                     const http_tuning &tuning)
    : strand_{asio::make_strand(io)}, use_{use},
      max_clients_{tuning.max_event_clients}, poll_{tuning.feed_poll},
      timer_{strand_} {}

template <class F> void event_hub::on_strand(F f) {
  const auto shared = shared_.lock();
  if (!shared || shared->over) return;
  asio::post(strand_, [self = shared_from_this(), f = std::move(f)]() mutable {
    f(*self);
  });
}

void event_hub::start(const std::shared_ptr<http_shared> &shared) {
  shared_ = shared;
  subscription_ = use_.engine.on_commit([weak = shared_] {
    const auto alive = weak.lock();
    if (!alive) return;
    const auto &self = alive->hub;
    if (self->clients_ == 0 || self->woken_.exchange(true)) return;
    self->on_strand([](event_hub &h) {
      h.woken_ = false;
      h.wake();
    });
  });
}

void event_hub::stop() {
  subscription_.reset();
  on_strand([](event_hub &h) { h.timer_.cancel(); });
}

bool event_hub::open(beast::tcp_stream &stream,
                     const std::shared_ptr<http_shared> &shared,
                     const event_request &wanted) {
  if (clients_.fetch_add(1) >= max_clients_) {
    clients_.fetch_sub(1);
    return false;
  }
  const auto client = std::make_shared<event_client>(stream, shared, wanted);
  shared->add(client);
  if (wanted.after)
    client->start(*wanted.after);
  else
    find_end(client);
  on_strand([](event_hub &h) {
    if (!std::exchange(h.ticking_, true)) h.tick();
  });
  return true;
}

void event_hub::find_end(const std::shared_ptr<event_client> &c) {
  const auto word = use_.engine.query(
      feed_caller, [c](storage::store &s) { c->start(s.feed_end()); },
      [c](storage::fault) { c->abort(); });
  if (word != actors::admission::taken) c->abort();
}

void event_hub::left() {
  clients_.fetch_sub(1);
}

void event_hub::ready(const std::shared_ptr<event_client> &c,
                      std::int64_t position) {
  on_strand([weak = std::weak_ptr{c}, position](event_hub &h) {
    h.waiting_.push_back({weak, position, 0});
    h.pump();
  });
}

void event_hub::wake() {
  ++generation_;
  pump();
}

/// Events that other nodes commit, or that became readable late, wake nobody.
void event_hub::tick() {
  if (clients_ == 0 || use_.draining) {
    ticking_ = false;
    return;
  }
  timer_.expires_after(poll_);
  timer_.async_wait([weak = weak_from_this()](beast::error_code ec) {
    const auto self = weak.lock();
    if (ec || !self) return;
    self->wake();
    self->tick();
  });
}

/// Reads for whoever is furthest behind; the others at its place, or within
/// the page, get it too.
void event_hub::pump() {
  std::erase_if(waiting_, [](const entry &e) { return e.who.expired(); });
  // The engine may keep our functions longer than the server lives; with the
  // context in hand nothing outlives what it runs on.
  const auto alive = shared_.lock();
  if (reading_ || !alive) return;
  const entry *next = nullptr;
  for (const auto &e : waiting_)
    if (e.seen < generation_
        && (next == nullptr || e.position < next->position))
      next = &e;
  if (next == nullptr) return;
  reading_ = true;
  const auto word = use_.engine.query(
      feed_caller,
      [alive, g = generation_, after = next->position](storage::store &s) {
        const auto rows = s.read_feed(after, rows_a_read);
        alive->hub->on_strand([g, after, full = rows.size() == rows_a_read,
                               page = page_of(rows)](event_hub &h) {
          h.on_page(g, after, full, page);
        });
      },
      [alive](storage::fault) {
        alive->hub->on_strand([](event_hub &h) { h.on_failure(); });
      });
  if (word != actors::admission::taken) on_failure();
}

void event_hub::on_page(std::uint64_t generation, std::int64_t after, bool full,
                        const event_page &page) {
  reading_ = false;
  const auto last = page->empty() ? after : page->back().position;
  std::vector<entry> still;
  for (auto &e : waiting_) {
    const auto client = e.who.lock();
    if (!client) continue;
    if (e.position >= after && e.position < last) {
      client->deliver(page);
      continue;
    }
    if (e.position >= after && !full) e.seen = generation;
    still.push_back(std::move(e));
  }
  waiting_ = std::move(still);
  pump();
}

/// The tick tries again.
void event_hub::on_failure() {
  reading_ = false;
  for (auto &e : waiting_)
    e.seen = generation_;
}

}  // namespace recapd::ingress
