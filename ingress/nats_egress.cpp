// SPDX-License-Identifier: Apache-2.0
#include "ingress/nats_egress.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "ingress/feed_cursor.hpp"
#include "ingress/log.hpp"
#include "ingress/nats_link.hpp"
#include "ingress/nats_publisher.hpp"
#include "ingress/outgoing.hpp"
#include "ingress/wakeup.hpp"

namespace recapd::ingress {
namespace {

constexpr std::string_view sink = "nats";
/// How long the stream keeps events, where it is recapd that makes it.
constexpr std::chrono::hours kept{24 * 7};

std::string text_at(const boost::json::object &event, const char *name) {
  return std::string{event.at(name).as_string()};
}

stored_message message_of(const boost::json::object &event) {
  return {
      .message = {.subject =
                      text_at(event, "type") + "." + text_at(event, "subject"),
                  .reply = {},
                  .headers = {{"content-type", "application/cloudevents+json"}},
                  .data = boost::json::serialize(event)},
      .id = text_at(event, "id")};
}

using wave = std::vector<stored_message>;

/// What may be published at once. Of one session the next message goes when
/// the one before is stored, so their order stays whatever is refused or lost.
std::vector<wave> waves_of(const std::vector<storage::feed_row> &rows) {
  std::vector<wave> waves;
  std::map<std::string_view, std::size_t> next;
  const auto add = [&](std::size_t &turn, const boost::json::object &event) {
    if (turn == waves.size()) waves.emplace_back();
    waves[turn++].push_back(message_of(event));
  };
  for (const auto &row : rows) {
    auto &turn = next[row.session];
    add(turn, event_out(row));
    for (const auto &n : notifications_out(row))
      add(turn, n);
  }
  return waves;
}

}  // namespace

struct nats_egress::impl {
  actors::engine &engine;
  metrics &meters;
  nats_egress_settings settings;
  nats_egress_tuning tuning;

  wakeup signal;
  std::shared_ptr<void> commits, buckets;
  std::thread worker;
  std::unique_ptr<nats_link> link;
  std::unique_ptr<nats_publisher> publisher;
  feed_cursor cursor;
  std::string last_trouble;

  impl(actors::engine &e, nats_egress_settings s, metrics &m,
       nats_egress_tuning t)
      : engine{e}, meters{m}, settings{std::move(s)}, tuning{t}, cursor{
                                                                     e, m,
                                                                     "nats"} {}

  void stop() {
    signal.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (signal.wait(tuning.poll, true)) {
      try {
        publish_all();
        if (link) meters.nats_connected("events", link->connected());
        if (!std::exchange(last_trouble, {}).empty())
          log_info("publishing events to NATS works again", {});
      } catch (const std::exception &e) {
        meters.delivery("failed");
        meters.nats_connected("events", link && link->connected());
        if (std::exchange(last_trouble, e.what()) != e.what())
          log_warn("publishing events to NATS fails; trying again",
                   {{"error", e.what()}});
        signal.wake();
        signal.wait(tuning.backoff, false);
      }
    }
    link.reset();
  }

  void publish_all() {
    if (!engine.buckets()[0]) {
      // Whoever publishes meanwhile moves the cursor.
      cursor.forget();
      return;
    }
    connect();
    while (!signal.stopped() && publish_page()) {
    }
  }

  void connect() {
    if (link && !link->closed()) return;
    link.reset();
    auto fresh = std::make_unique<nats_link>(settings.url,
                                             "recapd events " + settings.node);
    fresh->ensure_stream({.name = std::string{event_stream},
                          .subjects = {"recapd.event.>", "recapd.notify.>"},
                          .max_age = kept,
                          .replicas = settings.replicas});
    publisher = std::make_unique<nats_publisher>(*fresh);
    link = std::move(fresh);
  }

  /// Publishes what follows the cursor and moves it on: all of it, or it comes
  /// again. False when that was all there is, or nothing could be read.
  bool publish_page() {
    const auto read = cursor.next(tuning.page);
    if (!read || read->empty()) return false;
    const auto &rows = *read;
    for (auto &wave : waves_of(rows)) {
      const auto count = wave.size();
      publisher->store_all(std::move(wave));
      for (std::size_t i = 0; i < count; ++i)
        meters.delivery("delivered");
    }
    cursor.pass(rows.back());
    cursor.save();
    return rows.size() == static_cast<std::size_t>(tuning.page);
  }
};

nats_egress::nats_egress(actors::engine &engine,
                         const nats_egress_settings &settings, metrics &meters,
                         nats_egress_tuning tuning)
    : impl_{std::make_shared<impl>(engine, settings, meters, tuning)} {
  const auto wake = [weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->signal.wake();
  };
  impl_->commits = engine.on_commit(wake);
  impl_->buckets = engine.on_buckets(wake);
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

nats_egress::~nats_egress() {
  if (impl_) impl_->stop();
}

void nats_egress::stop() {
  impl_->stop();
}

}  // namespace recapd::ingress
