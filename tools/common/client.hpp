// A small HTTP client for a node's API.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recapd::tools {

namespace json = boost::json;

/// Says that nobody answers at the URL, or not as a node would.
class unreachable : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

struct answer {
  int status = 0;
  json::value body;  ///< null when there is none
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// An answer that is a problem (RFC 9457) where data was wanted.
class problem : public std::runtime_error {
public:
  problem(int code, const std::string &text)
      : std::runtime_error{text}, status{code} {}
  int status = 0;
};

/// A client with one keep-alive connection. Every call may throw `unreachable`.
/// A 429 or 503 is tried again for some seconds. Not thread safe.
class client {
public:
  client(std::string url, std::string token);
  ~client();
  client(const client &) = delete;
  client &operator=(const client &) = delete;

  [[nodiscard]] answer get(const std::string &path);
  [[nodiscard]] answer post(const std::string &path, const std::string &body,
                            const std::string &media_type);
  [[nodiscard]] answer put(const std::string &path, const std::string &body,
                           const std::string &media_type);
  /// Posts JSON, and calls `progress` with each event of that name which is
  /// sent before the answer. Has no bound in time but that something comes.
  [[nodiscard]] answer
  post_long(const std::string &path, const std::string &body,
            const std::function<void(const json::object &)> &progress);
  /// Returns the body of a 200; else throws `problem` with what the node said.
  [[nodiscard]] json::object fetch(const std::string &path);
  /// Sends at most 1,000 events, JSON texts, as they are. Returns an outcome
  /// for each, in order. Throws `problem`.
  [[nodiscard]] json::array submit(const std::vector<std::string_view> &events);

  /// Returns the URL as it may be shown.
  [[nodiscard]] std::string url() const;

private:
  struct connection;
  class event_reader;
  /// Sends a request; without a method by GET, or by POST with a body. With
  /// `events` it asks for events, which are read as they come.
  [[nodiscard]] answer once(const std::string &path, const std::string *body,
                            const std::string &media_type,
                            const char *method = nullptr,
                            event_reader *events = nullptr);
  /// Calls once() until it is answered otherwise than 429 or 503.
  [[nodiscard]] answer patiently(const std::string &path,
                                 const std::string *body,
                                 const std::string &media_type,
                                 const char *method = nullptr);
  std::string url_;
  std::unique_ptr<connection> connection_;
};

/// Returns `title: detail` of a problem's body.
[[nodiscard]] std::string problem_text(const answer &a);

/// Returns one path segment or query value, percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);

/// Returns `?a=b&c=d` of what is not empty.
[[nodiscard]] std::string
query(const std::vector<std::pair<std::string, std::string>> &parts);

/// Returns a member as people may see it (config::printable): empty where it is
/// absent or null; other types than a string as JSON text.
[[nodiscard]] std::string text_of(const json::object &o, std::string_view key);

}  // namespace recapd::tools
