// One keep-alive connection of the load generator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace recapd::bench {

/// Connects, blocking, to 127.0.0.1 and returns a non-blocking socket; -1 when
/// nobody listens.
[[nodiscard]] int connect_to(unsigned short port);

/// Carries one request and its answer at a time. Throws std::runtime_error when
/// the connection breaks.
class load_connection {
public:
  explicit load_connection(int socket) : socket_{socket} {}
  ~load_connection();
  load_connection(const load_connection &) = delete;
  load_connection &operator=(const load_connection &) = delete;

  [[nodiscard]] int socket() const { return socket_; }

  /// Begins a request, which must live until all of it is written.
  void begin(std::string_view request);
  /// Writes on. Returns true when all of it is written.
  bool write_on();
  /// Reads on. Returns true when the answer is complete.
  bool read_on();

  [[nodiscard]] int status() const { return status_; }
  /// Returns the first part of the answer, head and body.
  [[nodiscard]] const std::string &start_of_answer() const { return head_; }

private:
  void parse_head(std::size_t end);

  int socket_;
  std::string_view rest_;
  std::string head_;
  std::size_t body_left_ = 0;
  bool in_body_ = false;
  int status_ = 0;
};

}  // namespace recapd::bench
