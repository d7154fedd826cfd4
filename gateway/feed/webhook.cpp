// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/webhook.hpp"

#include <boost/json/serialize.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/feed/bystander.hpp"
#include "gateway/feed/cursor.hpp"
#include "gateway/feed/delivery_rules.hpp"
#include "gateway/feed/letters.hpp"
#include "gateway/feed/wakeup.hpp"
#include "gateway/feed/webhook_post.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/outgoing.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::feed {
namespace {

using storage::feed_row;
using storage::held_session;
using workflows::instant;

constexpr const char *sink = "webhook";
constexpr const char *condition = "webhook-failing";

std::vector<boost::json::object> messages_of(const feed_row &row) {
  std::vector<boost::json::object> all{event_out(row)};
  for (auto &n : notifications_out(row))
    all.push_back(std::move(n));
  return all;
}

/// Returns a session as held at a row's message that was not tried yet.
held_session untried(const feed_row &row, int message = 0) {
  return {.session = row.session, .position = row.position, .message = message};
}

std::string words_of(const post_answer &answer) {
  return answer.status == 0 ? answer.trouble
                            : "status " + std::to_string(answer.status);
}

storage::dead_letter letter_of(const boost::json::object &event,
                               const held_session &held, int status,
                               instant event_at, instant now) {
  auto reason = "The webhook's receiver answered " + std::to_string(status);
  if (held.refused_since)
    reason += ", the last of " + std::to_string(held.refusals)
              + " refusals since "
              + workflows::format_rfc3339(*held.refused_since);
  return {.event = boost::json::serialize(event),
          .reason = reason + ".",
          .code = "refused",
          .ingress = sink,
          .received_at = event_at,
          .at = now,
          .origin =
              std::string{sink} + " " + std::string{event.at("id").as_string()},
          .direction = storage::letter_direction::out};
}

}  // namespace

struct webhook::impl {
  actors::engine &engine;
  metrics &meters;
  webhook_tuning tuning;
  wakeup signal;
  webhook_post post;
  feed::cursor cursor;
  feed::bystander bystander;
  std::vector<storage::dead_letter> letters;  ///< dead letters to be written
  int in_a_row = 0;      ///< sessions of which nothing final was said
  instant next_trial{};  ///< when the next further session may be tried
  std::string last_trouble;
  std::shared_ptr<void> subscription;
  std::thread worker;

  impl(actors::engine &e, const config::webhook &settings, metrics &m,
       webhook_tuning t)
      : engine{e}, meters{m}, tuning{std::move(t)},
        post{settings, signal.stopped()}, cursor{e, m, sink}, bystander{e} {}

  void stop() {
    signal.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (signal.wait(tuning.poll, true)) {
      try {
        while (!signal.stopped() && serves() && step()) {
        }
      } catch (const std::exception &e) {
        log_warn("the webhook failed", {{"error", e.what()}});
        signal.wait(tuning.first_retry, false);
      }
    }
    engine.conditions().settle(condition);
    bystander.settle();
  }

  /// Returns true where this node delivers, as the one that serves bucket 0
  /// does.
  bool serves() {
    if (engine.buckets()[0]) {
      bystander.settle();
      return true;
    }
    forget();
    bystander.look();
    return false;
  }

  void forget() {
    cursor.forget();
    letters.clear();
    tell();
  }

  /// Tries one held session that is due and reads one page on, so that neither
  /// keeps the other waiting. Returns false when there is no more to do now, or
  /// the store failed.
  bool step() {
    const bool anew = !cursor.known();
    if (!cursor.position()) return false;
    // Where sessions are held from before, it is not known yet that others go
    // on: the first that fails has them tried one at a time.
    if (anew) in_a_row = cursor.held().empty() ? 0 : tuning.most_in_a_row - 1;
    if (!save()) return false;
    const bool retried = try_due();
    const bool more = cursor.known() && read_on();
    return save() && (retried || more);
  }

  /// Saves letters and cursor. Returns false where it could not: it is tried
  /// again before anything else is sent.
  bool save() {
    if (!write_outgoing_letters(engine, meters, letters)) return false;
    letters.clear();
    const bool saved = cursor.save();
    tell();
    return saved;
  }

  void tell() {
    const auto held = cursor.known() ? cursor.held().size() : 0;
    meters.sessions_held(held);
    if (held == 0) return engine.conditions().settle(condition);
    std::string sentence = "The webhook's receiver does not take all";
    if (!last_trouble.empty()) sentence += " (" + last_trouble + ")";
    sentence += ": " + std::to_string(held)
                + (held == 1 ? " session waits; " : " sessions wait; ");
    if (held >= tuning.most_held)
      sentence += "the others do, too, until fewer wait.";
    else if (in_a_row >= tuning.most_in_a_row)
      sentence += "of the others one is tried at a time.";
    else
      sentence += "the others go on.";
    engine.conditions().raise(condition, actors::weight::warning, sentence);
  }

  /// Returns the held session that has been due for the longest, or null.
  [[nodiscard]] const held_session *due() const {
    const auto now = tuning.time->now();
    const held_session *first = nullptr;
    for (const auto &[session, held] : cursor.held())
      if (is_due(held, now)
          && (first == nullptr || held.next_try_at < first->next_try_at))
        first = &held;
    return first;
  }

  /// Goes on with a held session. Returns false when none is due, or its rows
  /// could not be read.
  bool try_due() {
    const auto *first = due();
    if (first == nullptr) return false;
    auto held = *first;
    const auto rows = cursor.next_of(held, tuning.page);
    if (!rows) return false;
    for (const auto &row : *rows) {
      if (row.position != held.position) held = untried(row);
      if (!deliver(row, held)) {
        cursor.hold(held);
        return true;
      }
    }
    if (rows->size() < static_cast<std::size_t>(tuning.page)) {
      cursor.release(held.session);
    } else {
      held = untried(rows->back());
      ++held.position;
      cursor.hold(held);
    }
    return true;
  }

  /// Sends the rows behind the cursor, but for held sessions, and moves the
  /// cursor on. Returns false when these were all, none could be read, or too
  /// many sessions wait.
  bool read_on() {
    if (in_a_row >= tuning.most_in_a_row && tuning.time->now() < next_trial)
      return false;
    const auto rows = cursor.next(tuning.page);
    if (!rows) return false;
    for (const auto &row : *rows) {
      if (!cursor.held().contains(row.session)) {
        if (cursor.held().size() >= tuning.most_held) return false;
        auto held = untried(row);
        if (!deliver(row, held)) {
          if (signal.stopped()) return false;
          cursor.hold(held);
          if (held.refusals == 0) ++in_a_row;
        }
      }
      cursor.pass(row);
      if (in_a_row >= tuning.most_in_a_row) {
        next_trial = tuning.time->now() + tuning.first_retry;
        return false;
      }
    }
    return rows->size() == static_cast<std::size_t>(tuning.page);
  }

  /// Sends a row's messages from the held one on. Returns false when one was
  /// not taken, or stopped: `held` then says from where to go on, and when.
  bool deliver(const feed_row &row, held_session &held) {
    const auto messages = messages_of(row);
    while (static_cast<std::size_t>(held.message) < messages.size()) {
      const auto &event = messages[static_cast<std::size_t>(held.message)];
      const auto answer =
          post.send(boost::json::serialize(event), tuning.time->now());
      const auto what = classify(answer.status);
      if (what != delivery_result::taken && signal.stopped()) return false;
      meters.delivery(what == delivery_result::taken ? "delivered" : "failed");
      if (what != delivery_result::again) in_a_row = 0;
      if (what != delivery_result::taken) {
        if (!fail(event, held, what, answer)) return false;
        letters.push_back(letter_of(event, held, answer.status, row.event.at,
                                    engine.time().now()));
      }
      held = untried(row, held.message + 1);
    }
    return true;
  }

  /// Notes that a message was not taken. Returns true when it is given up.
  bool fail(const boost::json::object &event, held_session &held,
            delivery_result what, const post_answer &answer) {
    const auto now = tuning.time->now();
    last_trouble = words_of(answer);
    const bool over =
        note_failure(held, what, wish_of(answer.retry_after, now), now,
                     {.first = tuning.first_retry, .last = tuning.last_retry});
    if (!over)
      log_warn("the webhook was not delivered",
               {{"id", std::string{event.at("id").as_string()}},
                {"error", last_trouble},
                {"again_at", workflows::format_rfc3339(held.next_try_at)}});
    return over;
  }
};

webhook::webhook(actors::engine &engine, const config::webhook &settings,
                 metrics &meters, webhook_tuning tuning)
    : impl_{
        std::make_shared<impl>(engine, settings, meters, std::move(tuning))} {
  impl_->subscription = engine.on_commit([weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->signal.wake();
  });
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

webhook::~webhook() {
  if (impl_) impl_->stop();
}

void webhook::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::feed
