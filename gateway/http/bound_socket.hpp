// A TCP address that is taken, before anything listens there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace recapd::gateway::http {

/// Owns the socket until the server takes it.
class bound_socket {
public:
  /// Binds; port 0 takes a free one. Throws std::runtime_error, with a sentence
  /// that names the address, when it cannot.
  bound_socket(const std::string &host, unsigned short port);
  ~bound_socket();
  bound_socket(bound_socket &&other) noexcept;
  bound_socket &operator=(bound_socket &&) = delete;

  [[nodiscard]] unsigned short port() const { return at_.port(); }
  /// Hands the socket over to the acceptor, which listens from then on. Throws
  /// as above.
  void listen_with(boost::asio::ip::tcp::acceptor &acceptor);

private:
  std::string name_;
  int socket_ = -1;
  boost::asio::ip::tcp::endpoint at_;
};

}  // namespace recapd::gateway::http
