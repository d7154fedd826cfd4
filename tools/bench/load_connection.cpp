// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/load_connection.hpp"
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace recapd::bench {

namespace {

/// How much of an answer is stored, to see what went wrong.
constexpr std::size_t most_stored = 65536;

[[noreturn]] void broken(const char *what) {
  throw std::runtime_error{std::string{"the node broke a connection: "} + what};
}

std::size_t length_in(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (auto at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at);
    if (line.size() < name.size()
        || strncasecmp(line.data(), name.data(), name.size()) != 0)
      continue;
    auto value = line.substr(name.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    return length;
  }
  broken("an answer without Content-Length");
}

}  // namespace

int connect_to(unsigned short port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0) {
    ::close(fd);
    return -1;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

load_connection::~load_connection() {
  ::close(socket_);
}

void load_connection::begin(std::string_view request) {
  rest_ = request;
  head_.clear();
  in_body_ = false;
  status_ = 0;
}

bool load_connection::write_on() {
  while (!rest_.empty()) {
    const auto sent = ::send(socket_, rest_.data(), rest_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) return false;
      if (errno == EINTR) continue;
      broken(std::strerror(errno));
    }
    rest_.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool load_connection::read_on() {
  thread_local std::array<char, 262144> buffer;
  for (;;) {
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got == 0) broken("closed");
    if (got < 0) {
      if (errno == EAGAIN) return false;
      if (errno == EINTR) continue;
      broken(std::strerror(errno));
    }
    const std::string_view part{buffer.data(), static_cast<std::size_t>(got)};
    if (in_body_) {
      if (head_.size() < most_stored)
        head_ += part.substr(0, most_stored - head_.size());
      body_left_ -= std::min(body_left_, part.size());
    } else {
      head_ += part;
      const auto end = head_.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      parse_head(end);
    }
    if (in_body_ && body_left_ == 0) return true;
  }
}

void load_connection::parse_head(std::size_t end) {
  if (head_.size() < 12 || !head_.starts_with("HTTP/1.1 "))
    broken("an answer that is not HTTP/1.1");
  std::from_chars(head_.data() + 9, head_.data() + 12, status_);
  const auto length = length_in(std::string_view{head_}.substr(0, end));
  const auto here = head_.size() - end - 4;
  body_left_ = length - std::min(length, here);
  in_body_ = true;
}

}  // namespace recapd::bench
