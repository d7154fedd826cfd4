// The client of an answer stream: a connection that was taken over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <string>

#include "gateway/http/answer_stream.hpp"
#include "gateway/http/shared.hpp"

namespace recapd::gateway::http {

/// Writes an answer's events to a connection, and closes it. Everything but
/// gone() happens on the stream's strand.
class answer_client final : public answer_stream,
                            public peer,
                            public std::enable_shared_from_this<answer_client> {
public:
  /// Takes the connection over.
  answer_client(boost::beast::tcp_stream &stream,
                std::shared_ptr<shared> shared, seat taken);
  ~answer_client() override;
  answer_client(const answer_client &) = delete;
  answer_client &operator=(const answer_client &) = delete;

  /// Begins the answer, with these header fields besides its own.
  void start(const field_list &fields);
  void send(std::string_view event, std::string_view data) override;
  void end() override;
  [[nodiscard]] bool gone() const override { return gone_; }
  /// Leaves it to who answers, who knows that the node is going away.
  void drain() override {}
  void abort() override;

private:
  using error = boost::beast::error_code;
  template <class F> void on_strand(F f);
  void write(const std::string &text);
  void write_next();
  void keep_alive();
  void watch();
  void close();

  std::shared_ptr<shared> shared_;  // owns the stream's context
  seat seat_;
  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer keep_alive_;
  std::string now_;   ///< being written
  std::string next_;  ///< to be written next
  std::array<char, 256> ignored_{};
  bool writing_ = false;
  bool ending_ = false;
  std::atomic<bool> gone_{false};
};

/// Returns the head of an answer that is a stream of events. It tells proxies
/// not to hold events back, nor to change them.
[[nodiscard]] std::string event_stream_head(const field_list &fields);

}  // namespace recapd::gateway::http
