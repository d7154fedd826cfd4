// One keep-alive connection of the load generator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace recapd::bench {

/// A blocking connect to 127.0.0.1, then a non-blocking socket; -1 when nobody
/// listens.
[[nodiscard]] int connect_to(unsigned short port);

/// One request and its answer at a time. Throws std::runtime_error when the
/// connection breaks.
class load_connection {
public:
  explicit load_connection(int socket) : socket_{socket} {}
  ~load_connection();
  load_connection(const load_connection &) = delete;
  load_connection &operator=(const load_connection &) = delete;

  [[nodiscard]] int socket() const { return socket_; }

  /// `request` must live until all of it is written.
  void begin(std::string_view request);
  /// Writes on; true when all of it is written.
  bool write_on();
  /// Reads on; true when the answer is complete.
  bool read_on();

  [[nodiscard]] int status() const { return status_; }
  /// The first part of the answer, head and body.
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
