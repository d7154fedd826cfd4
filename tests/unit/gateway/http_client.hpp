// A blocking HTTP client on a raw socket, and a small server to be called.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/json/value.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace recapd::gateway::test {

/// Returns `text` as JSON, which lasts until the program ends.
[[nodiscard]] const boost::json::value &lasting_json(const std::string &text);

struct answer {
  unsigned status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  /// Returns the body, which lasts until the program ends, since a check refers
  /// to parts of it after the expression that made it.
  [[nodiscard]] const boost::json::value &json() const;
  [[nodiscard]] std::string header(const std::string &name) const;
  /// `urn:recapd:problem:CODE` without the prefix; empty if it is no problem.
  [[nodiscard]] std::string problem() const;
};

using field_list = std::vector<std::pair<std::string, std::string>>;

/// One connection. Every wait ends: the socket gives up after 20 s.
class http_client {
public:
  explicit http_client(unsigned short port, const std::string &to = "127.0.0.1",
                       const std::string &from = "");

  void send(std::string_view raw);
  /// Sends the bytes one at a time.
  void send_slowly(std::string_view raw);
  /// Nothing when the server closed without an answer.
  std::optional<answer> receive(bool to_head = false);
  /// One request and its answer.
  answer call(const std::string &method, const std::string &target,
              const field_list &fields = {}, const std::string &body = "");
  answer get(const std::string &target, const field_list &fields = {});
  answer post(const std::string &target, const std::string &type,
              const std::string &body, const field_list &fields = {});

  /// Reads on until `text` has come; what came up to its end.
  std::string read_until(const std::string &text);
  /// True when the server closes without sending more.
  bool closed();
  /// Waits, reading nothing, for the server to break the connection off.
  bool cut_off();
  void shutdown_send();

private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  boost::beast::flat_buffer buffer_;
};

/// Takes requests and answers with the statuses it was given, then 204; or as
/// it is told.
class receiver {
public:
  struct reply {
    unsigned status = 204;  ///< 0: hangs up without an answer
    std::string retry_after = {};
  };
  /// Returns what to answer to a request of that body; called by one thread.
  using answerer = std::function<reply(const std::string &body)>;

  explicit receiver(std::deque<unsigned> statuses = {});
  explicit receiver(answerer answers);
  ~receiver();
  receiver(const receiver &) = delete;
  receiver &operator=(const receiver &) = delete;

  struct message {
    std::string body;
    std::string type;
    std::string signature;
  };
  [[nodiscard]] std::string url() const;
  /// Waits for the next request; bodies are empty after 20 s without one.
  message next();

private:
  void serve();
  void serve_one(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  answerer answers_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<message> got_;
  std::thread thread_;
};

}  // namespace recapd::gateway::test
