// One HTTP connection: reads requests one at a time, bounded in size and time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "gateway/http/admission.hpp"
#include "gateway/http/answer_body.hpp"
#include "gateway/http/head.hpp"
#include "gateway/http/shared.hpp"

namespace recapd::gateway::http {

class connection final : public peer,
                         public std::enable_shared_from_this<connection> {
public:
  /// `from_proxy`: a trusted proxy's, whose requests count for the addresses
  /// that it forwards.
  connection(boost::asio::ip::tcp::socket socket,
             std::shared_ptr<shared> shared, seat taken = {},
             bool from_proxy = false);
  ~connection() override;
  connection(const connection &) = delete;
  connection &operator=(const connection &) = delete;

  void start();
  /// Serves a connection beyond the bound: answers questions about the node's
  /// health, others with 503, or with 429 where it is one of a crowd from its
  /// address.
  void start_beyond(bool crowd);
  /// Ends a connection beyond the bound that has not asked yet. Any thread.
  void give_up();
  /// Answers 503 without reading a request, and closes when the client has.
  void reject();
  void drain() override;
  void abort() override;

private:
  using string_body = boost::beast::http::string_body;
  using error = boost::beast::error_code;

  [[nodiscard]] response no_room() const;
  void await_request();
  /// Ends an idle connection; a client that never sent a request is answered.
  void end_idle();
  void read_head();
  void scan_head();
  void on_head();
  void go_on();
  void read_body();
  void read_more_of_body();
  void on_body(error ec);
  void on_broken(error ec);
  void dispatch();
  void stream_events();
  /// Hands a request to its route, which may take the connection over.
  void handle_slow();
  /// Tells the route when the client goes away before it is answered.
  void watch_client();

  /// Returns what ends the exchange: from any thread, once a request.
  [[nodiscard]] responder make_responder();
  void answer(response r);
  /// Answers a client who guessed at a token, later each time.
  void slow_down(response r);
  void answer_and_close(response r);
  /// Counts and logs a request; a stream's once it begins.
  void note(unsigned status, std::size_t bytes, bool whole);
  void on_written(error ec);
  void linger();
  void close();
  template <class F> void on_strand(F f);

  [[nodiscard]] config::address came_to() const;
  [[nodiscard]] config::address comes_from() const;
  [[nodiscard]] bool takes_share(const admission &admitted);

  std::shared_ptr<shared> shared_;  // owns the stream's context
  seat seat_;
  shares::part request_share_;
  std::string name_;  ///< that no other connection has
  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer pause_{stream_.get_executor()};
  boost::beast::flat_buffer buffer_{max_head_bytes};
  head_scanner scanner_;
  std::optional<boost::beast::http::request_parser<string_body>> parser_;
  /// The bytes of chunk extensions so far.
  std::size_t extensions_ = 0;
  std::function<void(std::uint64_t, boost::beast::string_view, error &)>
      count_extensions_;
  std::shared_ptr<request> request_;
  field_list fields_;  ///< header fields of the answer
  /// When the request's head was there, and what its sender or else the node
  /// calls it.
  std::chrono::steady_clock::time_point began_;
  std::string id_;
  /// Where requests are logged: as it came, without the query, which may hold
  /// secrets.
  std::string path_;
  std::size_t body_limit_ = 0;
  std::chrono::steady_clock::time_point body_until_;
  boost::beast::http::response<answer_body> out_;
  std::optional<boost::beast::http::response_serializer<answer_body>> writer_;
  std::shared_ptr<void> reserved_;  ///< for the answer, until it is written
  std::size_t lingered_ = 0;
  bool keep_alive_ = false;
  bool head_ = false;
  bool old_http_ = false;
  bool first_ = true;
  bool from_proxy_ = false;
  bool beyond_ = false;
  bool crowd_ = false;
  bool gave_up_ = false;
  boost::asio::steady_timer patience_;
  bool idle_ = false;
};

}  // namespace recapd::gateway::http
