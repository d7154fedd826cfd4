// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/bound_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace recapd::gateway::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::runtime_error cannot_listen(const std::string &where,
                                 const boost::system::system_error &e) {
  return std::runtime_error{"cannot listen on " + where + ": "
                            + e.code().message()};
}

}  // namespace

bound_socket::bound_socket(const std::string &host, unsigned short port)
    : name_{host + ":" + std::to_string(port)} {
  try {
    asio::io_context io;
    tcp::resolver resolver{io};
    const auto wanted =
        resolver.resolve(host, std::to_string(port), tcp::resolver::passive)
            .begin()
            ->endpoint();
    tcp::acceptor binder{io};
    binder.open(wanted.protocol());
    binder.set_option(tcp::acceptor::reuse_address{true});
    binder.bind(wanted);
    at_ = binder.local_endpoint();
    socket_ = binder.release();
  } catch (const boost::system::system_error &e) {
    throw cannot_listen(name_, e);
  }
}

bound_socket::~bound_socket() {
  if (socket_ >= 0) ::close(socket_);
}

bound_socket::bound_socket(bound_socket &&other) noexcept
    : name_{std::move(other.name_)}, socket_{std::exchange(other.socket_, -1)},
      at_{std::move(other.at_)} {}

void bound_socket::listen_with(tcp::acceptor &acceptor) {
  try {
    acceptor.assign(at_.protocol(), socket_);
    socket_ = -1;
    acceptor.listen();
  } catch (const boost::system::system_error &e) {
    throw cannot_listen(name_, e);
  }
}

}  // namespace recapd::gateway::http
