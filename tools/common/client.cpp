// SPDX-License-Identifier: Apache-2.0
#include "tools/common/client.hpp"
#include <boost/json.hpp>
#include <chrono>
#include <curl/curl.h>
#include <thread>

#include "config/secrets.hpp"
#include "config/shown.hpp"

namespace recapd::tools {

struct client::connection {
  CURL *handle = nullptr;
  curl_slist *headers = nullptr;
  std::string authorization;

  connection() {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle = curl_easy_init();
    if (!handle) throw std::bad_alloc{};
  }
  ~connection() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
  }
  connection(const connection &) = delete;
  connection &operator=(const connection &) = delete;

  void set_headers(const std::string &media_type, bool events) {
    curl_slist_free_all(std::exchange(headers, nullptr));
    if (!authorization.empty())
      headers = curl_slist_append(headers, authorization.c_str());
    if (!media_type.empty())
      headers =
          curl_slist_append(headers, ("Content-Type: " + media_type).c_str());
    if (events)
      headers = curl_slist_append(headers, "Accept: text/event-stream");
    // Without this libcurl waits for a 100 before it sends a large body.
    headers = curl_slist_append(headers, "Expect:");
  }
};

namespace {

constexpr int tries = 20;

std::size_t collect(char *data, std::size_t size, std::size_t count,
                    void *target) {
  static_cast<std::string *>(target)->append(data, size * count);
  return size * count;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  return url;
}

}  // namespace

/// Reads Server-Sent Events as they come.
class client::event_reader {
public:
  explicit event_reader(
      const std::function<void(const json::object &)> &progress)
      : progress_{progress} {}

  static std::size_t collect_events(char *data, std::size_t size,
                                    std::size_t count, void *self) {
    static_cast<event_reader *>(self)->take({data, size * count});
    return size * count;
  }
  /// Returns what came that is no progress: the data of the last event, or what
  /// is no event at all.
  [[nodiscard]] const std::string &rest() const {
    return last_.empty() ? text_ : last_;
  }

private:
  void take(std::string_view more) {
    text_ += more;
    for (auto end = text_.find("\n\n"); end != std::string::npos;
         end = text_.find("\n\n")) {
      read(text_.substr(0, end));
      text_.erase(0, end + 2);
    }
  }
  void read(const std::string &frame) {
    const auto data = frame.find("\ndata: ");
    if (!frame.starts_with("event: ") || data == std::string::npos) return;
    auto text = frame.substr(data + 7);
    if (!frame.starts_with("event: progress\n")) {
      last_ = std::move(text);
      return;
    }
    boost::system::error_code ec;
    const auto value = json::parse(text, ec);
    if (!ec && value.is_object()) progress_(value.get_object());
  }

  const std::function<void(const json::object &)> &progress_;
  std::string text_;
  std::string last_;
};

client::client(std::string url, std::string token)
    : url_{without_slash(std::move(url))}, connection_{
                                               std::make_unique<connection>()} {
  if (!token.empty())
    connection_->authorization = "Authorization: Bearer " + std::move(token);
}

client::~client() = default;

std::string client::url() const {
  return config::without_secrets(url_);
}

answer client::once(const std::string &path, const std::string *body,
                    const std::string &media_type, const char *method,
                    event_reader *events) {
  auto *h = connection_->handle;
  std::string received;
  const auto address = url_ + path;
  curl_easy_reset(h);
  connection_->set_headers(media_type, events != nullptr);
  curl_easy_setopt(h, CURLOPT_URL, address.c_str());
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, connection_->headers);
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 5L);
  if (events) {
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, 300L);
  } else {
    curl_easy_setopt(h, CURLOPT_TIMEOUT, 300L);
  }
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION,
                   events ? event_reader::collect_events : collect);
  curl_easy_setopt(h, CURLOPT_WRITEDATA,
                   events ? static_cast<void *>(events) : &received);
  if (body) {
    curl_easy_setopt(h, CURLOPT_POST, 1L);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body->size()));
  }
  if (method != nullptr) curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
  if (const auto code = curl_easy_perform(h); code != CURLE_OK)
    throw unreachable{"no answer from " + url() + ": "
                      + curl_easy_strerror(code)
                      + "; is the node running there? Name another with "
                        "--url or RECAPCTL_URL"};
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  if (events) received = events->rest();
  answer a{static_cast<int>(status), nullptr};
  if (received.empty()) return a;
  boost::system::error_code ec;
  a.body = json::parse(received, ec);
  if (ec)
    throw unreachable{"what answers at " + url()
                      + " is not a recapd node (its answer to " + path
                      + " is not JSON)"};
  return a;
}

answer client::patiently(const std::string &path, const std::string *body,
                         const std::string &media_type, const char *method) {
  // A command sent twice is a duplicate, so to try again is safe.
  for (int left = tries;; --left) {
    auto a = once(path, body, media_type, method);
    if ((a.status != 429 && a.status != 503) || left == 0) return a;
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
  }
}

answer client::get(const std::string &path) {
  return patiently(path, nullptr, {});
}

answer client::post(const std::string &path, const std::string &body,
                    const std::string &media_type) {
  return patiently(path, &body, media_type);
}

answer client::put(const std::string &path, const std::string &body,
                   const std::string &media_type) {
  return patiently(path, &body, media_type, "PUT");
}

answer
client::post_long(const std::string &path, const std::string &body,
                  const std::function<void(const json::object &)> &progress) {
  event_reader events{progress};
  auto a = once(path, &body, "application/json", nullptr, &events);
  // A problem that is met on the way is told as an event.
  const auto *told = a.body.if_object();
  if (a.ok() && told && told->contains("status"))
    a.status = json::value_to<int>(told->at("status"));
  return a;
}

json::object client::fetch(const std::string &path) {
  auto a = get(path);
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (!a.body.is_object())
    throw unreachable{"what answers at " + url() + " is not a recapd node"};
  return std::move(a.body.as_object());
}

json::array client::submit(const std::vector<std::string_view> &events) {
  std::string body;
  for (const auto event : events)
    (body += body.empty() ? '[' : ',') += event;
  body += body.empty() ? "[]" : "]";
  auto a = post("/v1/commands", body, "application/cloudevents-batch+json");
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (!a.body.is_array() || a.body.as_array().size() != events.size())
    throw unreachable{"what answers at " + url() + " is not a recapd node"};
  return std::move(a.body.as_array());
}

std::string problem_text(const answer &a) {
  const auto *o = a.body.if_object();
  if (!o) return "HTTP status " + std::to_string(a.status);
  const auto title = text_of(*o, "title");
  auto detail = text_of(*o, "detail");
  if (title.empty() || detail.starts_with(title)) return detail;
  return detail.empty() ? title : title + ": " + detail;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos)
      out += c;
    else
      (out += '%').append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

std::string
query(const std::vector<std::pair<std::string, std::string>> &parts) {
  std::string out;
  for (const auto &[key, value] : parts)
    if (!value.empty())
      out += (out.empty() ? "?" : "&") + key + "=" + encoded(value);
  return out;
}

std::string text_of(const json::object &o, std::string_view key) {
  const auto *v = o.if_contains(key);
  if (!v || v->is_null()) return {};
  return config::printable(v->is_string() ? std::string_view{v->get_string()}
                                          : json::serialize(*v));
}

}  // namespace recapd::tools
