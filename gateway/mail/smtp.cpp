// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/smtp.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "gateway/wire/curl.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway::mail {
namespace {

constexpr long longest_connect_ms = 15'000;
constexpr long longest_mail_ms = 60'000;
constexpr long longest_idle_seconds = 30;
constexpr std::size_t most_reply_bytes = 4096;

/// What is said on the connection.
struct dialogue {
  smtp_stage stage = smtp_stage::connection;
  std::string reply;  ///< to what was said last
  bool over = false;  ///< what is said from now on is a goodbye

  void asks(std::string_view command) {
    over = over || command.starts_with("QUIT") || command.starts_with("RSET");
    if (over) return;
    reply.clear();
    if (command.starts_with("MAIL"))
      stage = smtp_stage::sender;
    else if (command.starts_with("RCPT"))
      stage = smtp_stage::recipient;
    else if (command.starts_with("DATA"))
      stage = smtp_stage::content;
  }
  void hears(std::string_view line) {
    if (!over && reply.size() + line.size() <= most_reply_bytes) reply += line;
  }
};

int listen(CURL *, curl_infotype kind, char *text, std::size_t size,
           void *into) {
  auto &heard = *static_cast<dialogue *>(into);
  if (kind == CURLINFO_HEADER_OUT) heard.asks({text, size});
  if (kind == CURLINFO_HEADER_IN) heard.hears({text, size});
  if (kind == CURLINFO_DATA_OUT) heard.reply.clear();
  return 0;
}

std::size_t hand_over(char *to, std::size_t size, std::size_t count,
                      void *from) {
  auto &rest = *static_cast<std::string_view *>(from);
  const auto bytes = std::min(size * count, rest.size());
  std::memcpy(to, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

int look_whether_stopped(void *stopped, curl_off_t, curl_off_t, curl_off_t,
                         curl_off_t) {
  return *static_cast<const std::atomic<bool> *>(stopped) ? 1 : 0;
}

/// Returns the reply without line ends; of one that is no text what is.
std::string one_line(const std::string &reply) {
  std::string out;
  for (const char c : reply)
    if (c != '\r') out += c == '\n' ? ' ' : c;
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  if (!workflows::valid_utf8(out))
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) > '~'; }, '?');
  return out;
}

int code_of(std::string_view reply) {
  if (reply.size() < 3) return 0;
  int code = 0;
  for (const char c : reply.substr(0, 3)) {
    if (c < '0' || c > '9') return 0;
    code = code * 10 + (c - '0');
  }
  return code;
}

}  // namespace

struct smtp::impl {
  config::smtp_server server;
  std::string ca, from, own_domain;
  const std::atomic<bool> &stopped;
  curl_handle curl{nullptr, &curl_easy_cleanup};

  void set_server(CURL *c) const {
    using encryption = config::smtp_server::encryption;
    // The path is the name by which the client presents itself.
    curl_easy_setopt(c, CURLOPT_URL, (server.url + "/" + own_domain).c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL,
                     server.tls == encryption::must  ? CURLUSESSL_ALL
                     : server.tls == encryption::may ? CURLUSESSL_TRY
                                                     : CURLUSESSL_NONE);
    if (!ca.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, ca.c_str());
    if (server.user.empty()) return;
    curl_easy_setopt(c, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(c, CURLOPT_PASSWORD, server.password.c_str());
  }

  void set_bounds(CURL *c) const {
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, longest_connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, longest_mail_ms);
    curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, longest_idle_seconds);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_whether_stopped);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, &stopped);
  }
};

smtp::smtp(const config::mail &settings, const std::atomic<bool> &stopped)
    : impl_{
        new impl{.server = config::parse_smtp_url(settings.smtp_url).value(),
                 .ca = settings.ca,
                 .from = settings.from.value().address,
                 .own_domain = settings.from->address.substr(
                     settings.from->address.rfind('@') + 1),
                 .stopped = stopped}} {
  start_curl();
  impl_->curl.reset(curl_easy_init());
  if (!impl_->curl) throw std::runtime_error{"libcurl does not start"};
}

smtp::~smtp() = default;

smtp_answer smtp::send(const std::string &to, const std::string &message) {
  auto *c = impl_->curl.get();
  curl_easy_reset(c);
  impl_->set_server(c);
  impl_->set_bounds(c);
  const auto sender = "<" + impl_->from + ">";
  const auto recipients = fields_of({"<" + to + ">"});
  curl_easy_setopt(c, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients.get());
  std::string_view rest{message};
  curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(c, CURLOPT_READFUNCTION, hand_over);
  curl_easy_setopt(c, CURLOPT_READDATA, &rest);
  dialogue heard;
  curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, listen);
  curl_easy_setopt(c, CURLOPT_DEBUGDATA, &heard);
  const auto code = curl_easy_perform(c);
  smtp_answer out{.taken = code == CURLE_OK,
                  .stage = heard.stage,
                  .code = code_of(heard.reply),
                  .words = one_line(heard.reply)};
  // A reply that asks for more is none to what failed behind it.
  if (!out.taken && (out.code < 400 || out.words.empty())) {
    out.code = 0;
    out.words = curl_easy_strerror(code);
  }
  return out;
}

}  // namespace recapd::gateway::mail
