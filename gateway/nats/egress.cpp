// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/egress.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "gateway/feed/cursor.hpp"
#include "gateway/feed/letters.hpp"
#include "gateway/feed/wakeup.hpp"
#include "gateway/nats/link.hpp"
#include "gateway/nats/message.hpp"
#include "gateway/nats/publisher.hpp"
#include "gateway/nats/stream_loss.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/outgoing.hpp"
#include "storage/erasing.hpp"
#include "storage/event_reading.hpp"

namespace recapd::gateway::nats {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view sink = "nats";
/// How long the stream has events, where it is recapd that makes it.
constexpr std::chrono::hours event_max_age{24 * 7};

std::string text_at(const boost::json::object &event, const char *name) {
  return std::string{event.at(name).as_string()};
}

message message_of(const boost::json::object &event) {
  return {.subject = text_at(event, "type") + "." + text_at(event, "subject"),
          .headers = {{"content-type", "application/cloudevents+json"},
                      {id_header, text_at(event, "id")}},
          .data = boost::json::serialize(event)};
}

storage::dead_letter letter_of(const message &m, std::size_t bytes,
                               std::size_t most, workflows::instant event_at,
                               workflows::instant now) {
  return {.id = 0,
          .event = m.data,
          .reason = "The message has " + std::to_string(bytes)
                    + " bytes with its headers; the NATS server (max_payload)"
                      " or its stream takes "
                    + std::to_string(most) + ".",
          .code = "too-large",
          .ingress = std::string{sink},
          .received_at = event_at,
          .at = now,
          .origin = std::string{event_stream} + " "
                    + std::string{header_of(m, id_header)},
          .direction = storage::letter_direction::out};
}

using wave = std::vector<message>;

/// What may be published at once, and what never can be. Of one session the
/// next message goes when the one before is stored, so a session's order stays
/// whatever is refused or lost.
struct sorted_page {
  std::vector<wave> waves = {};
  std::vector<storage::dead_letter> letters = {};
};

/// Sorts the messages of rows; a message may have `most` bytes.
sorted_page sort_page(const std::vector<storage::feed_row> &rows,
                      std::size_t most, workflows::instant now) {
  sorted_page page;
  std::map<std::string_view, std::size_t> next;
  const auto add = [&](const storage::feed_row &row,
                       const boost::json::object &event) {
    auto message = message_of(event);
    const auto bytes = bytes_of(message);
    if (bytes > most)
      return page.letters.push_back(
          letter_of(message, bytes, most, row.event.at, now));
    auto &wave_index = next[row.session];
    if (wave_index == page.waves.size()) page.waves.emplace_back();
    page.waves[wave_index++].push_back(std::move(message));
  };
  for (const auto &row : rows) {
    add(row, event_out(row));
    for (const auto &n : notifications_out(row))
      add(row, n);
  }
  return page;
}

}  // namespace

struct egress::impl {
  actors::engine &engine;
  metrics &meters;
  egress_settings settings;
  egress_tuning tuning;

  feed::wakeup signal;
  std::shared_ptr<void> commits, buckets;
  std::thread worker;
  std::unique_ptr<nats::link> link;
  std::unique_ptr<nats::publisher> publisher;
  feed::cursor cursor;
  std::string last_trouble;
  clock::time_point look_at{};  ///< when the stream is looked at next
  std::size_t most_bytes = 0;   ///< that a message may have
  stream_loss loss;

  impl(actors::engine &e, egress_settings s, metrics &m, egress_tuning t)
      : engine{e}, meters{m}, settings{std::move(s)}, tuning{t},
        cursor{e, m, std::string{sink}}, loss{e.conditions(),
                                              "nats-events-lost", t.told} {}

  void stop() {
    signal.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (signal.wait(tuning.poll, true)) {
      loss.pass(clock::now());
      try {
        publish_all();
        if (link) meters.nats_connected("events", link->connected());
        if (!std::exchange(last_trouble, {}).empty())
          log_info("publishing events to NATS works again", {});
      } catch (const std::exception &e) {
        look_at = {};
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
      // The node that publishes meanwhile moves the cursor.
      cursor.forget();
      return;
    }
    connect();
    const auto at = cursor.position();
    if (at) look_at_stream(*at);
    while (at && !signal.stopped() && publish_page()) {
    }
  }

  void connect() {
    if (link && !link->closed()) return;
    link.reset();
    look_at = {};
    auto fresh = std::make_unique<nats::link>(
        settings.url, "recapd events " + settings.node, settings.access);
    publisher = std::make_unique<nats::publisher>(*fresh);
    link = std::move(fresh);
  }

  /// Makes the stream where it is gone, and reads its bound: now and then, and
  /// after each fault.
  void look_at_stream(std::int64_t at) {
    if (!link->connected() || clock::now() < look_at) return;
    const auto found =
        link->ensure_stream({.name = std::string{event_stream},
                             .subjects = {"recapd.event.>", "recapd.notify.>"},
                             .max_age = event_max_age,
                             .replicas = settings.replicas});
    const auto now = clock::now();
    look_at = now + tuning.look;
    const auto room = link->max_payload();
    most_bytes = std::min(room, found.most_bytes.value_or(room));
    // Before the first event there was nothing to be lost.
    if (found.made && at > 0)
      loss.tell("The NATS stream " + std::string{event_stream}
                    + " was gone and was made again: what was in it and not "
                      "yet read is lost to its receivers (GET "
                      "/v1/sessions/{id}/history has it). Publishing goes on "
                      "behind what the stream last took.",
                now);
  }

  /// Deletes what the person had written in the session from the stream. It is
  /// done again where the node ends before its place in the feed is saved.
  void erase_behind(const storage::feed_row &row) {
    const auto e = storage::to_event(row.event);
    const auto *erased = e.has_value()
                             ? std::get_if<workflows::person_erased>(&e->what)
                             : nullptr;
    if (erased == nullptr) return;
    for (const auto *kind : {"recapd.event.*.*.", "recapd.notify.*."})
      link->erase(std::string{event_stream}, kind + row.session,
                  [&erased](const message &m) {
                    auto text = m.data;
                    return storage::erase_from_message(text, erased->who);
                  });
  }

  /// Publishes the rows behind the cursor and moves it on behind all, or they
  /// come again. Returns false when there are no more, or the store could not.
  bool publish_page() {
    const auto read = cursor.next(tuning.page);
    if (!read || read->empty()) return false;
    const auto &rows = *read;
    const auto room = std::min(most_bytes, link->max_payload());
    if (room == 0) throw error{"publishing: not connected"};
    auto page = sort_page(rows, room, engine.time().now());
    for (auto &wave : page.waves) {
      const auto count = wave.size();
      publisher->store_all(std::move(wave));
      for (std::size_t i = 0; i < count; ++i)
        meters.delivery("delivered");
    }
    if (!feed::write_outgoing_letters(engine, meters, page.letters))
      return false;
    for (const auto &row : rows)
      if (row.event.type == workflows::person_erased::type) erase_behind(row);
    cursor.pass(rows.back());
    // A position that could not be saved now is saved with the next page.
    (void)cursor.save();
    return rows.size() == static_cast<std::size_t>(tuning.page);
  }
};

egress::egress(actors::engine &engine, const egress_settings &settings,
               metrics &meters, egress_tuning tuning)
    : impl_{std::make_shared<impl>(engine, settings, meters, tuning)} {
  const auto wake = [weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->signal.wake();
  };
  impl_->commits = engine.on_commit(wake);
  impl_->buckets = engine.on_buckets(wake);
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

egress::~egress() {
  if (impl_) impl_->stop();
}

void egress::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::nats
