// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/event_stream.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/http/answer_client.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/outgoing.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

/// The most events in one read, which all clients at that place share.
constexpr int rows_a_read = 256;
/// Who asks for all clients' pages, since each is read for several at a time.
const std::string feed_caller = "events";

/// Returns the line with the id that a client sends back to go on from a place.
std::string id_line(const storage::feed_place &at) {
  return "id: " + at.epoch + "." + std::to_string(at.position) + "\n";
}

std::optional<storage::feed_place> parse_place(std::string_view text) {
  // An id without an epoch is a position alone.
  const auto dot = text.find('.');
  const auto from = dot == std::string_view::npos ? 0 : dot + 1;
  const auto position = parse_integer<std::int64_t>(text.substr(from));
  if (!position || *position < 0) return std::nullopt;
  return storage::feed_place{std::string{text.substr(0, from == 0 ? 0 : dot)},
                             *position};
}

std::string frame_text(const storage::feed_row &r,
                       const workflows::viewer &to = {}) {
  try {
    return id_line({r.epoch, r.position}) + "event: recapd.event."
           + r.event.type
           + "\ndata: " + boost::json::serialize(event_out(r, to)) + "\n\n";
  } catch (const std::exception &e) {
    log_warn("an event cannot be shown",
             {{"session", r.session}, {"error", e.what()}});
    return {};
  }
}

/// Makes a page; with `to`, the audience of each row, or without any.
event_page page_of(std::string epoch, std::vector<storage::feed_row> rows,
                   const std::vector<audience_ptr> &to, bool has_audiences) {
  event_frames frames{
      .epoch = std::move(epoch), .all = {}, .has_audiences = has_audiences};
  frames.all.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto text = frame_text(rows[i]);
    frames.all.push_back({std::move(rows[i]), std::move(text),
                          has_audiences ? to.at(i) : nullptr});
  }
  return std::make_shared<const event_frames>(std::move(frames));
}

/// Returns an event, a CloudEvent too, which says that the place that was asked
/// for is gone; empty where it is not.
std::string reset_text(const event_start &from) {
  if (!from.reset) return {};
  static std::atomic<std::uint64_t> number{0};
  const auto now = std::chrono::floor<std::chrono::microseconds>(
      std::chrono::system_clock::now());
  const boost::json::object event{
      {"specversion", "1.0"},
      {"id", "reset:" + from.place.epoch + ":"
                 + std::to_string(now.time_since_epoch().count()) + ":"
                 + std::to_string(++number)},
      {"source", "/recapd"},
      {"type", "recapd.feed.reset"},
      {"time", workflows::format_rfc3339(now)},
      {"datacontenttype", "application/json"},
      {"data", boost::json::object{}}};
  return id_line(from.place)
         + "event: reset\ndata: " + boost::json::serialize(event) + "\n\n";
}

std::string stream_head(const field_list &fields) {
  return event_stream_head(fields) + ": from now on\n\n";
}

}  // namespace

/// One client; everything happens on its stream's strand.
class event_client final : public peer,
                           public std::enable_shared_from_this<event_client> {
public:
  using error = beast::error_code;

  event_client(beast::tcp_stream &stream, std::shared_ptr<shared> shared,
               const event_request &wanted)
      : shared_{std::move(shared)}, seat_{wanted.taken}, stream_{std::move(
                                                             stream)},
        keep_alive_{stream_.get_executor()}, recheck_{stream_.get_executor()},
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

  void start(const event_start &from) {
    on_strand([from](event_client &c) {
      c.at_ = from.place;
      c.owes_ready_ = true;
      c.stream_.expires_never();
      c.watch();
      c.keep_alive();
      c.check_again();
      c.write(std::move(c.head_) + reset_text(from));
    });
  }

  /// Goes on from a place of another epoch, which the database has entered.
  void go_on(const event_start &from) {
    on_strand([from](event_client &c) {
      c.at_ = from.place;
      c.owes_ready_ = true;
      c.write(reset_text(from));
    });
  }

  void deliver(const event_page &page) {
    on_strand([page](event_client &c) {
      if (!c.known()) return c.close();
      std::string text;
      const event_frame *hidden = nullptr;  // the last one
      for (const auto &f : page->all) {
        if (f.row.position <= c.at_.position) continue;
        c.at_.position = f.row.position;
        hidden = c.show(f, text) ? nullptr : &f;
      }
      // The client goes on from here, and not from the last that it was shown.
      if (hidden != nullptr && c.wants_audiences())
        text += id_line({hidden->row.epoch, hidden->row.position}) + "\n";
      c.owes_ready_ = true;
      c.write(text);
    });
  }

  /// Returns true for clients that are not sent every session's events.
  [[nodiscard]] bool wants_audiences() const {
    return who_.programs.only || !who_.sees_all();
  }

private:
  /// Appends an event as the client is shown it. Returns false where it is not.
  bool show(const event_frame &f, std::string &to) const {
    if (!session_.empty() && session_ != f.row.session) return false;
    if (wants_audiences() && (!f.to || !f.to->includes(who_))) return false;
    const auto viewer = who_.viewer(f.to ? f.to->tutor : "");
    if (viewer.sees_pay())
      to += f.text;
    else
      to += frame_text(f.row, viewer);
    return true;
  }

  template <class F> void on_strand(F f) {
    if (shared_->over) return;
    asio::post(stream_.get_executor(),
               [self = shared_from_this(), f = std::move(f)] { f(*self); });
  }

  void write(std::string_view text) {
    next_ += text;
    if (!writing_) write_next();
  }

  void write_next() {
    if (next_.empty()) {
      if (std::exchange(owes_ready_, false))
        shared_->hub->ready(shared_from_this(), at_);
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

  void keep_alive() {
    keep_alive_.expires_after(shared_->tuning.keep_alive);
    keep_alive_.async_wait([weak = weak_from_this()](error ec) {
      const auto self = weak.lock();
      if (ec || !self || self->closed_) return;
      if (!self->writing_) self->write(": still here\n\n");
      self->keep_alive();
    });
  }

  [[nodiscard]] bool known() const {
    return shared_->use.auth.still_knows(who_, token_time(shared_->use));
  }

  /// Closes when the caller's token was taken away or has expired, also while
  /// nothing is sent.
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

  /// Reads and ignores what the client sends: reading tells when it is gone.
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
    keep_alive_.cancel();
    recheck_.cancel();
    stream_.close();
  }

  std::shared_ptr<shared> shared_;  // owns the stream's context
  seat seat_;
  beast::tcp_stream stream_;
  asio::steady_timer keep_alive_;
  asio::steady_timer recheck_;
  std::string session_;
  caller who_;
  std::string head_;
  storage::feed_place at_;
  std::string now_;   ///< being written
  std::string next_;  ///< to be written next: a page and a keep-alive at most
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
    out.after = parse_place(after);
    if (!out.after)
      q.fail("Last-Event-ID: expected the id of an event of this stream.");
  }
  if (!q.error().empty()) return q.error();
  return out;
}

event_hub::event_hub(asio::io_context &io, services &use, const tuning &tuning)
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

void event_hub::start(const std::shared_ptr<shared> &shared) {
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
                     const std::shared_ptr<shared> &shared,
                     const event_request &wanted) {
  if (clients_.fetch_add(1) >= max_clients_) {
    clients_.fetch_sub(1);
    return false;
  }
  const auto client = std::make_shared<event_client>(stream, shared, wanted);
  shared->add(client);
  find_place(client, wanted.after, &event_client::start);
  on_strand([](event_hub &h) {
    if (!std::exchange(h.ticking_, true)) h.tick();
  });
  return true;
}

void event_hub::find_place(const std::shared_ptr<event_client> &c,
                           std::optional<storage::feed_place> after,
                           void (event_client::*then)(const event_start &)) {
  const auto word = use_.engine.query(
      feed_caller,
      [c, then, after = std::move(after)](storage::store &s) {
        const auto found =
            after ? s.find_in_feed(*after) : std::optional{s.feed_end()};
        ((*c)
         .*then)({.place = {s.epoch(), found.value_or(0)}, .reset = !found});
      },
      [c](storage::fault) { c->abort(); });
  if (word != actors::admission::taken) c->abort();
}

void event_hub::left() {
  clients_.fetch_sub(1);
}

void event_hub::ready(const std::shared_ptr<event_client> &c,
                      const storage::feed_place &at) {
  on_strand([weak = std::weak_ptr{c}, at](event_hub &h) {
    h.waiting_.push_back({weak, at, 0});
    h.pump();
  });
}

void event_hub::wake() {
  ++generation_;
  pump();
}

/// Wakes the hub regularly, for events that other nodes commit, or that become
/// readable late.
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

/// Reads for the client that is furthest behind; clients at its place, or
/// within the page, get the page, too.
void event_hub::pump() {
  std::erase_if(waiting_, [](const entry &e) { return e.who.expired(); });
  // The engine may have these functions for longer than the server lives: they
  // own the context that they run on.
  const auto alive = shared_.lock();
  if (reading_ || !alive) return;
  const entry *next = nullptr;
  bool audiences = false;
  for (const auto &e : waiting_) {
    const auto client = e.who.lock();
    audiences = audiences || (client && client->wants_audiences());
    if (e.seen < generation_
        && (next == nullptr || e.at.position < next->at.position))
      next = &e;
  }
  if (next == nullptr) return;
  reading_ = true;
  const auto word = use_.engine.query(
      feed_caller,
      [alive, g = generation_, at = next->at, audiences](storage::store &s) {
        auto epoch = s.epoch();
        auto rows = epoch == at.epoch ? s.read_feed(at.position, rows_a_read)
                                      : std::vector<storage::feed_row>{};
        const auto to = audiences ? alive->hub->audiences_.of(s, rows)
                                  : std::vector<audience_ptr>{};
        const bool full = rows.size() == rows_a_read;
        alive->hub->on_strand(
            [g, after = at.position, full,
             page = page_of(std::move(epoch), std::move(rows), to, audiences)](
                event_hub &h) { h.on_page(g, after, full, page); });
      },
      [alive](storage::fault) {
        alive->hub->on_strand([](event_hub &h) { h.on_failure(); });
      });
  if (word != actors::admission::taken) on_failure();
}

void event_hub::on_page(std::uint64_t generation, std::int64_t after, bool full,
                        const event_page &page) {
  reading_ = false;
  const auto last = page->all.empty() ? after : page->all.back().row.position;
  std::vector<entry> still;
  for (auto &e : waiting_) {
    const auto client = e.who.lock();
    if (!client) continue;
    if (e.at.epoch != page->epoch) {
      find_place(client, e.at, &event_client::go_on);
      continue;
    }
    // Who came while the page was read is read for again.
    const bool lacks = client->wants_audiences() && !page->has_audiences;
    if (!lacks && e.at.position >= after && e.at.position < last) {
      client->deliver(page);
      continue;
    }
    if (!lacks && e.at.position >= after && !full) e.seen = generation;
    still.push_back(std::move(e));
  }
  waiting_ = std::move(still);
  pump();
}

/// Ends a read that failed; the tick tries again.
void event_hub::on_failure() {
  reading_ = false;
  for (auto &e : waiting_)
    e.seen = generation_;
}

}  // namespace recapd::gateway::http
