// One HTTP connection: reads requests one at a time, bounded in size and time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ingress/http_core.hpp"
#include "ingress/http_server.hpp"

namespace recapd::ingress {

class event_hub;

/// Something with a socket that stop() must be able to end.
class peer {
public:
  virtual ~peer() = default;
  /// Ends once what is in flight is answered. Any thread.
  virtual void drain() = 0;
  /// Ends now. Any thread.
  virtual void abort() = 0;
};

/// What the connections of a server share.
struct http_shared {
  boost::asio::io_context io;
  services use;
  http_tuning tuning;
  std::size_t max_connections;
  std::chrono::milliseconds header_timeout, idle_timeout;
  std::shared_ptr<event_hub> hub;

  std::mutex guard;
  std::condition_variable gone;
  std::unordered_map<peer *, std::weak_ptr<peer>> peers;
  /// No thread serves the context any more: what is posted would only leak.
  std::atomic<bool> over{false};

  void add(const std::shared_ptr<peer> &p);
  /// Called by the destructor of each peer.
  void remove(peer *p);
  [[nodiscard]] std::size_t count();
  /// Those that live at this moment.
  [[nodiscard]] std::vector<std::shared_ptr<peer>> living();
};

class connection final : public peer,
                         public std::enable_shared_from_this<connection> {
public:
  connection(boost::asio::ip::tcp::socket socket,
             std::shared_ptr<http_shared> shared);
  ~connection() override;
  connection(const connection &) = delete;
  connection &operator=(const connection &) = delete;

  void start();
  /// Answers 503 without reading a request, and closes when the client has.
  void turn_away();
  void drain() override;
  void abort() override;

private:
  using string_body = boost::beast::http::string_body;
  using error = boost::beast::error_code;

  [[nodiscard]] response no_room() const;
  void await_request();
  /// No request will be read: a client that never sent one is told.
  void end_idle();
  void read_header();
  void on_header(error ec);
  void read_body();
  void on_request(error ec);
  void on_broken(error ec);
  void dispatch();
  void stream_events(const request &r);

  /// Ends the exchange: any thread, once a request.
  [[nodiscard]] responder make_responder();
  void answer(response r);
  /// Answers one who guessed at a token, later each time.
  void slow_down(response r);
  void answer_and_close(response r);
  void on_written(error ec);
  void linger();
  void close();
  template <class F> void on_strand(F f);

  std::shared_ptr<http_shared> shared_;  // holds the stream's context
  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer pause_{stream_.get_executor()};
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<string_body>> parser_;
  destination where_;
  std::string query_;
  boost::beast::http::response<string_body> out_;
  std::optional<boost::beast::http::response_serializer<string_body>> writer_;
  std::size_t lingered_ = 0;
  bool keep_alive_ = false;
  bool head_ = false;
  bool old_http_ = false;
  bool first_ = true;
  bool idle_ = false;
};

}  // namespace recapd::ingress
