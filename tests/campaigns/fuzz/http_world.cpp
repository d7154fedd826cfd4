// SPDX-License-Identifier: Apache-2.0
#include "http_world.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/strand.hpp>
#include <cerrno>
#include <future>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "gateway/http/event_stream.hpp"
#include "oracle.hpp"
#include "storage/memory/database.hpp"

namespace recapd::fuzz {

namespace asio = boost::asio;
namespace wf = workflows;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

/// Far above what any answer takes, on a busy machine and with sanitizers.
constexpr auto patience = 60s;
constexpr auto first_moment = "2026-11-23T14:00:00Z";

config::settings settings_of(who caller) {
  config::settings s;
  s.clock = config::clock_kind::manual;
  if (caller == who::trusted) return s;
  s.auth = config::auth_mode::token;
  s.tokens = {{.secret = "ann", .as = {wf::role::tutor, "ann"}},
              {.secret = "bob", .as = {wf::role::student, "bob"}},
              {.secret = "eve", .as = {wf::role::support, "eve"}}};
  return s;
}

std::shared_ptr<gateway::http::shared>
make_shared_parts(actors::engine &engine, gateway::metrics &meters,
                  who caller) {
  const auto settings = settings_of(caller);
  std::shared_ptr<gateway::http::shared> shared{new gateway::http::shared{
      .io = asio::io_context{1},
      .use = {.engine = engine,
              .meters = meters,
              .auth = gateway::authenticator{settings},
              .documents =
                  std::make_unique<gateway::http::shell>(settings, true)},
      .tuning = {},
      .max_connections = 10,
      .proxies = {},
      .places = gateway::http::shares{10},
      .by_address = gateway::http::shares{10},
      .header_timeout = patience,
      .idle_timeout = patience}};
  shared->hub = std::make_shared<gateway::http::event_hub>(
      shared->io, shared->use, shared->tuning);
  shared->hub->start(shared);
  return shared;
}

/// The client's end of a connection, which it closes at last.
class client_end {
public:
  client_end() {
    int ends[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                         ends)
                == 0,
            "there is a pair of sockets");
    ours_ = ends[0];
    theirs_ = ends[1];
  }
  ~client_end() { ::close(ours_); }
  client_end(const client_end &) = delete;
  client_end &operator=(const client_end &) = delete;

  [[nodiscard]] int theirs() const { return theirs_; }

  /// Sends all, shuts its direction down, and returns what came until the node
  /// closed. With `waits` the direction is shut down only after 20 ms in which
  /// nothing came: an event stream ends when its client does.
  std::string exchange(std::string_view bytes, std::size_t piece, bool waits) {
    auto rest = bytes;
    const auto end = std::chrono::steady_clock::now() + patience;
    for (bool sending = true; !over_;) {
      const bool writing = sending && !rest.empty();
      if (sending && rest.empty() && !waits) {
        ::shutdown(ours_, SHUT_WR);
        sending = false;
      }
      pollfd p{.fd = ours_,
               .events =
                   static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN),
               .revents = 0};
      const bool moved = ::poll(&p, 1, waits ? 20 : 1000) > 0;
      if (!moved && rest.empty()) waits = false;
      if ((p.revents & POLLOUT) != 0) send(rest, piece);
      if ((p.revents & ~POLLOUT) != 0) receive();
      require(std::chrono::steady_clock::now() < end, "a connection ends",
              bytes);
    }
    return std::move(got_);
  }

private:
  void send(std::string_view &rest, std::size_t piece) {
    const auto n =
        ::send(ours_, rest.data(), std::min(piece, rest.size()), MSG_NOSIGNAL);
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN) rest = {};
    // The piece has to be read before the next one is sent; the node may be
    // slow, so the wait is bounded.
    for (int unread = 1, i = 0; !rest.empty() && unread > 0 && i < 100; ++i) {
      if (::ioctl(ours_, SIOCOUTQ, &unread) != 0) return;
      ::sched_yield();
    }
  }
  void receive() {
    char some[65536];
    const auto n = ::recv(ours_, some, sizeof some, 0);
    if (n > 0) got_.append(some, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN)) over_ = true;
  }

  int ours_ = -1, theirs_ = -1;
  bool over_ = false;
  std::string got_;
};

wf::command schedule(wf::modality how) {
  wf::schedule_session c;
  c.tutor = "ann";
  c.course = "math";
  c.starts_at = *wf::parse_rfc3339(first_moment);
  c.how = how;
  c.students = {"bob"};
  return c;
}

wf::recap recap() {
  return {.topics_covered = std::string(80, 'a'),
          .how_tutee_did = std::string(80, 'b'),
          .next_steps = std::string(80, 'c')};
}

}  // namespace

/// What an input may change: how much is stored, and the clock.
struct http_world::size_of_all {
  std::size_t events, outcomes, letters, inbox;
  wf::instant now;
  bool operator==(const size_of_all &) const = default;
};

/// The HTTP service without a listening socket, run and stopped as http::server
/// does it.
class http_world::service {
public:
  service(actors::engine &engine, gateway::metrics &meters, who caller)
      : shared_{make_shared_parts(engine, meters, caller)}, thread_{[this] {
          const auto work = asio::make_work_guard(shared_->io);
          shared_->io.run();
        }} {}
  ~service() {
    shared_->use.draining = true;
    shared_->hub->stop();
    shared_->over = true;
    shared_->io.stop();
    thread_.join();
    // Handlers that were posted last still hold peers until they have run.
    shared_->io.restart();
    while (shared_->io.poll() > 0) {
    }
  }
  service(const service &) = delete;
  service &operator=(const service &) = delete;

  std::string exchange(std::string_view bytes, std::size_t piece) {
    std::string got;
    {
      client_end client;
      tcp::socket socket{asio::make_strand(shared_->io)};
      socket.assign(tcp::v4(), client.theirs());
      std::make_shared<gateway::http::connection>(std::move(socket), shared_)
          ->start();
      got =
          client.exchange(bytes, piece, bytes.find("/v1/events") != bytes.npos);
    }
    std::unique_lock lock{shared_->mutex};
    require(shared_->gone.wait_for(lock, patience,
                                   [this] { return shared_->peers.empty(); }),
            "a connection is gone when it ended", bytes);
    return got;
  }

private:
  std::shared_ptr<gateway::http::shared> shared_;
  std::thread thread_;
};

http_world::http_world()
    : database_{storage::memory::make_database()},
      time_{std::make_shared<actors::manual_clock>(
          *wf::parse_rfc3339(first_moment))} {
  const auto store = storage::memory::open_store(database_);
  store->save_manual_clock(time_->now());
  store->write_dead_letter({.event = "{}",
                            .reason = "It is empty.",
                            .code = "malformed",
                            .ingress = "inbox",
                            .received_at = time_->now(),
                            .at = time_->now()},
                           std::nullopt);
  actors::engine_options options;
  options.workers = 1;
  options.shards = 1;
  // Answered however long this process waits for its processor.
  options.statement = std::chrono::hours{1};
  engine_ = std::make_unique<actors::engine>(actors::engine::parts{
      .options = options,
      .stores = [db = database_] { return storage::memory::open_store(db); },
      .time = time_,
      .reports = nullptr,
      .policy = {}});
  trusted_ = std::make_unique<service>(*engine_, meters_, who::trusted);
  by_token_ = std::make_unique<service>(*engine_, meters_, who::by_token);
  seed();
  seeded_ = std::make_unique<size_of_all>(measure());
}

http_world::~http_world() = default;

void http_world::submit(std::string_view who, std::string_view session,
                        wf::command what) {
  std::promise<bool> done;
  const actors::reply<actors::outcome> answer{
      [&done](auto a) { done.set_value(a.has_value() && a->accepted); }};
  actors::submission s;
  s.source = "/seed";
  s.id = std::to_string(++commands_);
  s.session = session;
  s.by = *wf::parse_person(who);
  s.received_at = time_->now();
  s.what = std::move(what);
  const bool taken = engine_->submit(std::move(s), answer);
  require(taken && done.get_future().get(), "the world is as it is seeded");
}

void http_world::seed() {
  submit("tutor:ann", "fresh", schedule(wf::modality::online));
  submit("tutor:ann", "ready", schedule(wf::modality::in_person));
  submit("student:bob", "ready", wf::accept_invitation{"bob"});
  submit("tutor:ann", "waiting", schedule(wf::modality::in_person));
  submit("student:bob", "waiting", wf::accept_invitation{"bob"});
  submit("tutor:ann", "waiting",
         wf::complete_session{.minutes = 60, .written = recap()});
}

http_world::size_of_all http_world::measure() const {
  const std::lock_guard held{database_->lock};
  return {.events = database_->log.size(),
          .outcomes = database_->outcomes.size(),
          .letters = database_->dead_letters.size(),
          .inbox = database_->inbox.size(),
          .now = time_->now()};
}

bool http_world::changed() const {
  return measure() != *seeded_;
}

void http_world::check() const {
  for (const auto &sentence : storage::memory::open_store(database_)->check())
    require(false, "the database keeps its invariants", sentence);
}

std::string http_world::exchange(std::string_view bytes, std::size_t piece,
                                 who caller) {
  const auto &s = caller == who::trusted ? trusted_ : by_token_;
  return s->exchange(bytes, piece);
}

}  // namespace recapd::fuzz
