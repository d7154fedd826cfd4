// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/webhook_post.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "gateway/wire/curl.hpp"
#include "gateway/wire/digest.hpp"

namespace recapd::gateway::feed {
namespace {

/// How much is read of an answer's header fields, and then of its body, whose
/// content does not count.
constexpr std::size_t most_answer_bytes = std::size_t{64} * 1024;

struct answer_size {
  std::size_t header = 0;
  std::size_t body = 0;
};

/// Counts bytes that came. Returns fewer where they are too many: libcurl then
/// ends the transfer.
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

/// Returns true where an answer's header is complete, however its body ended.
bool answered(CURLcode code, const answer_size &size) {
  return code == CURLE_OK || size.body > 0;
}

int on_progress(void *stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool> *>(stopped) ? 1 : 0;
}

std::string header_of(CURL *c, const char *name) {
  curl_header *found = nullptr;
  return curl_easy_header(c, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
             ? found->value
             : "";
}

}  // namespace

std::string signature(std::string_view secret, std::int64_t unix_seconds,
                      std::string_view body) {
  const auto t = std::to_string(unix_seconds);
  return "t=" + t
         + ",v1=" + hmac_sha256_hex(secret, t + "." + std::string{body});
}

struct webhook_post::impl {
  config::webhook settings;
  const std::atomic<bool> &stopped;
  curl_handle curl{nullptr, &curl_easy_cleanup};

  [[nodiscard]] std::vector<std::string> lines(const std::string &body,
                                               workflows::instant now) const {
    std::vector<std::string> out{
        "Content-Type: application/cloudevents+json; charset=utf-8", "Expect:"};
    if (!settings.secret.empty()) {
      const auto since_epoch =
          std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
      out.push_back("recapd-signature: "
                    + signature(settings.secret, since_epoch.count(), body));
    }
    return out;
  }
};

webhook_post::webhook_post(config::webhook settings,
                           const std::atomic<bool> &stopped)
    : impl_{new impl{.settings = std::move(settings), .stopped = stopped}} {
  start_curl();
  impl_->curl.reset(curl_easy_init());
  if (!impl_->curl) throw std::runtime_error{"libcurl does not start"};
}

webhook_post::~webhook_post() = default;

post_answer webhook_post::send(const std::string &body, workflows::instant now,
                               const std::vector<std::string> &more) {
  auto lines = impl_->lines(body, now);
  lines.insert(lines.end(), more.begin(), more.end());
  const auto headers = fields_of(lines);
  auto *c = impl_->curl.get();
  curl_easy_reset(c);
  curl_easy_setopt(c, CURLOPT_URL, impl_->settings.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(impl_->settings.timeout_ms));
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
  curl_easy_setopt(c, CURLOPT_XFERINFODATA, &impl_->stopped);
  const auto code = curl_easy_perform(c);
  if (!answered(code, size))
    return {
        .status = 0, .trouble = curl_easy_strerror(code), .retry_after = {}};
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  return {.status = static_cast<int>(status),
          .trouble = {},
          .retry_after = header_of(c, "Retry-After")};
}

}  // namespace recapd::gateway::feed
