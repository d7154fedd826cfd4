// SPDX-License-Identifier: Apache-2.0
#include "ingress/webhook.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json/serialize.hpp>
#include <curl/curl.h>
#include <stdexcept>
#include <thread>
#include <utility>

#include "ingress/digest.hpp"
#include "ingress/feed_cursor.hpp"
#include "ingress/log.hpp"
#include "ingress/outgoing.hpp"
#include "ingress/wakeup.hpp"

namespace recapd::ingress {
namespace {

using curl_handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using curl_headers =
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// libcurl wants this once, before threads use it.
void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error{"libcurl does not start"};
}

/// What is read of an answer's header fields, and then of its body: nothing in
/// them counts but the status.
constexpr std::size_t most_answer_bytes = 64 * 1024;

struct answer_size {
  std::size_t header = 0;
  std::size_t body = 0;
};

/// libcurl ends the transfer where less is taken than came.
std::size_t take(std::size_t &so_far, std::size_t bytes) {
  so_far += bytes;
  return so_far <= most_answer_bytes ? bytes : 0;
}

std::size_t on_header(char *, std::size_t size, std::size_t count, void *to) {
  return take(static_cast<answer_size *>(to)->header, size * count);
}

std::size_t on_body(char *, std::size_t size, std::size_t count, void *to) {
  return take(static_cast<answer_size *>(to)->body, size * count);
}

/// True where the header of an answer is complete, however its body ended.
bool answered(CURLcode code, const answer_size &size) {
  return code == CURLE_OK || size.body > 0;
}

int on_progress(void *stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool> *>(stopped) ? 1 : 0;
}

curl_headers headers_of(const std::vector<std::string> &lines) {
  curl_slist *list = nullptr;
  for (const auto &line : lines)
    list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

}  // namespace

std::string signature(std::string_view secret, std::int64_t unix_seconds,
                      std::string_view body) {
  const auto t = std::to_string(unix_seconds);
  return "t=" + t
         + ",v1=" + hmac_sha256_hex(secret, t + "." + std::string{body});
}

struct webhook::impl {
  actors::engine &engine;
  metrics &meters;
  config::webhook settings;
  webhook_tuning tuning;
  curl_handle curl{nullptr, &curl_easy_cleanup};

  feed_cursor cursor;
  wakeup signal;
  std::shared_ptr<void> subscription;
  std::thread worker;

  impl(actors::engine &e, config::webhook c, metrics &m, webhook_tuning t)
      : engine{e}, meters{m}, settings{std::move(c)}, tuning{t},
        cursor{e, m, "webhook"} {
    start_curl();
    curl.reset(curl_easy_init());
    if (!curl) throw std::runtime_error{"libcurl does not start"};
  }

  void stop() {
    signal.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (signal.wait(tuning.poll, true)) {
      try {
        // Of several nodes one delivers: whoever serves the first bucket.
        if (!engine.buckets()[0]) {
          cursor.forget();
          continue;
        }
        while (!signal.stopped() && deliver_page()) {
        }
      } catch (const std::exception &e) {
        log_warn("the webhook failed", {{"error", e.what()}});
        signal.wait(tuning.first_retry, false);
      }
    }
  }

  /// Sends what follows the cursor and moves it on; false when that was all,
  /// or nothing could be read.
  bool deliver_page() {
    const auto rows = cursor.next(tuning.page);
    if (!rows) return false;
    bool moved = false;
    for (const auto &row : *rows) {
      if (!deliver_row(row)) break;
      cursor.pass(row);
      moved = true;
    }
    if (moved) cursor.save();
    return rows->size() == static_cast<std::size_t>(tuning.page);
  }

  /// False when stopped before all was delivered.
  bool deliver_row(const storage::feed_row &row) {
    if (!deliver(event_out(row))) return false;
    for (const auto &n : notifications_out(row))
      if (!deliver(n)) return false;
    return true;
  }

  bool deliver(const boost::json::object &event) {
    const auto body = boost::json::serialize(event);
    auto pause = tuning.first_retry;
    while (!signal.stopped()) {
      const auto error = post(body);
      meters.delivery(error.empty() ? "delivered" : "failed");
      if (error.empty()) return true;
      if (signal.stopped()) return false;
      log_warn("the webhook was not delivered",
               {{"id", std::string{event.at("id").as_string()}},
                {"error", error},
                {"retry_ms", std::to_string(pause.count())}});
      signal.wait(pause, false);
      pause = std::min(pause * 2, tuning.last_retry);
    }
    return false;
  }

  /// Empty when it was delivered, else what went wrong.
  std::string post(const std::string &body) {
    std::vector<std::string> lines{
        "Content-Type: application/cloudevents+json; charset=utf-8", "Expect:"};
    if (!settings.secret.empty()) {
      // The receiver compares it with his own clock, which no manual one is.
      const auto now = std::chrono::floor<std::chrono::seconds>(
          tuning.time->now().time_since_epoch());
      lines.push_back("recapd-signature: "
                      + signature(settings.secret, now.count(), body));
    }
    const auto headers = headers_of(lines);
    auto *c = curl.get();
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, settings.url.c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(settings.timeout_ms));
    curl_easy_setopt(c, CURLOPT_USERAGENT, "recapd/" RECAPD_VERSION);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.c_str());
    answer_size size;
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &size);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &size);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, &signal.stopped());
    const auto code = curl_easy_perform(c);
    if (!answered(code, size)) return curl_easy_strerror(code);
    long status = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    return status / 100 == 2 ? "" : "status " + std::to_string(status);
  }
};

webhook::webhook(actors::engine &engine, const config::webhook &settings,
                 metrics &meters, webhook_tuning tuning)
    : impl_{std::make_shared<impl>(engine, settings, meters, tuning)} {
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

}  // namespace recapd::ingress
