// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <future>
#include <stdexcept>
#include <thread>

#include "gateway/http/connection.hpp"
#include "gateway/http/event_stream.hpp"
#include "gateway/http/target.hpp"
#include "gateway/oidc/sign_in.hpp"
#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using error = boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds accept_pause{50};

std::chrono::milliseconds ms(int n) {
  return std::chrono::milliseconds{n};
}

/// Returns the segments of `/a/b/`; of `/` there are none.
std::vector<std::string> base_segments(const std::string &base_path) {
  auto path = parse_target(base_path).value_or(target{}).path;
  if (!path.empty()) path.pop_back();
  return path;
}

std::shared_ptr<oidc::provider> provider_of(actors::engine &engine,
                                            const config::settings &settings) {
  if (settings.auth != config::auth_mode::oidc) return nullptr;
  return std::make_shared<oidc::provider>(settings.oidc.issuer,
                                          engine.conditions());
}

std::unique_ptr<oidc::sign_in>
sign_in_of(const config::settings &settings,
           const std::shared_ptr<oidc::provider> &provider,
           oidc::key_opener keys) {
  if (!provider || !keys || settings.oidc.client_id.empty()) return nullptr;
  return std::make_unique<oidc::sign_in>(
      settings, provider,
      std::make_shared<oidc::key_ring>(std::move(keys), oidc::sign_in_life));
}

}  // namespace

struct server::impl {
  std::shared_ptr<oidc::provider> provider;  ///< null: tokens of none count
  std::unique_ptr<oidc::sign_in> sign_in;    ///< null: nobody signs in
  std::shared_ptr<http::shared> shared;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  // A request that waits for the engine is no work of the context's: without
  // this its threads would end, and nobody would send the answer.
  asio::executor_work_guard<asio::io_context::executor_type> busy;
  std::vector<std::thread> threads;
  unsigned short port = 0;
  bool stopped = false;
  bool accepting = false;  ///< used on the acceptor's strand
  /// Connections beyond the bound whose request is awaited; used on that
  /// strand.
  std::deque<std::weak_ptr<connection>> reserve;
  std::promise<void> deaf;  ///< set when nobody is accepted any more

  impl(actors::engine &engine, const config::settings &settings,
       metrics &meters, tuning tuning, std::shared_ptr<relay::relay> between,
       oidc::key_opener keys, std::shared_ptr<mail::replies> mail)
      : provider{provider_of(engine, settings)}, sign_in{sign_in_of(
                                                     settings, provider,
                                                     std::move(keys))},
        shared{new http::shared{
            .io = asio::io_context{tuning.threads},
            .use = {.engine = engine,
                    .meters = meters,
                    .auth =
                        authenticator{settings, provider ? oidc::bearer_reader(
                                                    settings.oidc, provider)
                                                         : nullptr},
                    .where = sites{settings},
                    .batches = caller_places{static_cast<std::size_t>(
                        std::max(1000, settings.engine.max_in_flight / 2))},
                    .sign_in = sign_in.get(),
                    .between = std::move(between),
                    .documents = std::make_unique<shell>(
                        settings, engine.time().manual()),
                    .base = base_segments(settings.http.base_path),
                    .mail = std::move(mail),
                    .log_requests = settings.log_requests},
            .tuning = tuning,
            .max_connections =
                static_cast<std::size_t>(settings.http.max_connections),
            .proxies = settings.http.trusted_proxies,
            .places =
                shares{static_cast<std::size_t>(settings.http.max_connections)},
            .by_address = shares{static_cast<std::size_t>(
                settings.http.max_connections_per_address)},
            .header_timeout = ms(settings.http.header_timeout_ms),
            .idle_timeout = ms(settings.http.idle_timeout_ms)}},
        acceptor{asio::make_strand(shared->io)}, pause{acceptor.get_executor()},
        busy{shared->io.get_executor()} {
    shared->hub = std::make_shared<event_hub>(shared->io, shared->use, tuning);
    shared->hub->start(shared);
  }

  void listen(bound_socket at) {
    port = at.port();
    at.listen_with(acceptor);
  }

  void accept() {
    accepting = true;
    acceptor.async_accept(asio::make_strand(shared->io),
                          [this](error ec, tcp::socket socket) {
                            on_accepted(ec, std::move(socket));
                          });
  }

  void on_accepted(error ec, tcp::socket socket) {
    accepting = false;
    if (!acceptor.is_open()) {
      if (!ec) welcome(std::move(socket));
      return deaf.set_value();
    }
    if (ec) {
      // The descriptors have run out, most likely: the pause avoids spinning.
      log_warn("accepting failed", {{"error", ec.message()}});
      pause.expires_after(accept_pause);
      return pause.async_wait([this](error stop) {
        if (!stop && acceptor.is_open()) accept();
      });
    }
    welcome(std::move(socket));
    accept();
  }

  void welcome(tcp::socket socket) {
    error gone;
    const auto peer = socket.remote_endpoint(gone);
    if (gone) return;
    const auto who = address_of(peer.address());
    const bool proxy = among(shared->proxies, who);
    seat s;
    if (!proxy) s.share = shared->by_address.take(who);
    if (proxy || s.share) s.place = shared->places.take({});
    const bool seated = s.place != nullptr;
    const bool crowd = !proxy && !s.share;
    const auto c = std::make_shared<connection>(
        std::move(socket), shared, seated ? std::move(s) : seat{}, proxy);
    if (shared->use.draining) return c->reject();
    if (seated) return c->start();
    make_room();
    reserve.push_back(c);
    c->start_beyond(crowd);
  }

  /// Gives up connections that have waited longest, so that a client that asks
  /// at once is heard.
  void make_room() {
    std::erase_if(reserve, [](const auto &c) { return c.expired(); });
    while (reserve.size() >= shared->tuning.reserve) {
      if (const auto c = reserve.front().lock()) c->give_up();
      reserve.pop_front();
    }
  }

  /// Rejects the connections that wait to be accepted: closing would reset
  /// them.
  void reject_waiting() {
    error ec;
    acceptor.non_blocking(true, ec);
    while (!ec) {
      tcp::socket socket{asio::make_strand(shared->io)};
      acceptor.accept(socket, ec);
      if (!ec) welcome(std::move(socket));
    }
  }

  void run() {
    for (int i = 0; i < shared->tuning.threads; ++i)
      threads.emplace_back([io = &shared->io] { serve(*io); });
  }

  /// Runs handlers. One that throws is a bug of recapd's; the others go on.
  static void serve(asio::io_context &io) {
    while (true) {
      try {
        io.run();
        return;
      } catch (const std::exception &e) {
        log_warn("a handler threw", {{"error", e.what()}});
      }
    }
  }

  /// Waits for all peers to go. Returns false when some are left after `bound`.
  bool wait_until_gone(std::chrono::milliseconds bound) {
    std::unique_lock lock{shared->mutex};
    return shared->gone.wait_for(lock, bound,
                                 [this] { return shared->peers.empty(); });
  }

  void stop() {
    if (std::exchange(stopped, true)) return;
    shared->use.draining = true;
    shared->use.whatifs->finish();
    shared->hub->stop();
    asio::post(acceptor.get_executor(), [this] {
      reject_waiting();
      error ignored;
      acceptor.close(ignored);
      pause.cancel();
      if (!accepting) deaf.set_value();
    });
    deaf.get_future().wait();
    for (const auto &p : shared->living())
      p->drain();
    if (!wait_until_gone(shared->tuning.drain)) {
      for (const auto &p : shared->living())
        p->abort();
      wait_until_gone(std::chrono::milliseconds{200});
    }
    shared->over = true;
    shared->io.stop();
    for (auto &t : threads)
      t.join();
    // Its thread may hold the last word of a connection.
    sign_in.reset();
    if (provider) provider->stop();
    // Handlers that were posted last still own peers, which own `shared`.
    shared->io.restart();
    while (shared->io.poll() > 0) {
    }
  }
};

server::server(actors::engine &engine, const config::settings &settings,
               metrics &meters, tuning tuning)
    : server{engine,
             settings,
             meters,
             tuning,
             {settings.listen_host, settings.listen_port},
             nullptr} {}

server::server(actors::engine &engine, const config::settings &settings,
               metrics &meters, tuning tuning, bound_socket at,
               std::shared_ptr<relay::relay> between, oidc::key_opener keys,
               std::shared_ptr<mail::replies> mail)
    : impl_{std::make_unique<impl>(engine, settings, meters, tuning,
                                   std::move(between), std::move(keys),
                                   std::move(mail))} {
  impl_->listen(std::move(at));
  impl_->accept();
  impl_->run();
}

server::~server() {
  if (impl_) stop();
}

unsigned short server::port() const {
  return impl_->port;
}

void server::replace_tokens(const std::vector<config::token> &tokens) {
  impl_->shared->use.auth.replace(tokens);
}

void server::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::http
