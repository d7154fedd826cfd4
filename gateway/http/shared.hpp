// What the connections of a server share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "gateway/http/request.hpp"
#include "gateway/http/shares.hpp"
#include "gateway/http/tuning.hpp"

namespace recapd::gateway::http {

class event_hub;

/// Something with a socket that stop() must be able to end.
class peer {
public:
  virtual ~peer() = default;
  /// Ends the peer once what is in flight is answered. Any thread.
  virtual void drain() = 0;
  /// Ends the peer now. Any thread.
  virtual void abort() = 0;
};

[[nodiscard]] config::address address_of(const boost::asio::ip::address &a);

/// What a connection takes: its place in the node, and its address's share.
struct seat {
  shares::part place, share;
};

/// What the connections of a server share.
struct shared {
  boost::asio::io_context io;
  services use;
  http::tuning tuning;
  std::size_t max_connections;
  std::vector<config::network> proxies;  ///< trusted ones
  /// The places of all connections, counted as those of one address.
  shares places;
  /// Connections, or requests through proxies, by address.
  shares by_address;
  std::chrono::milliseconds header_timeout, idle_timeout;
  std::shared_ptr<event_hub> hub = {};

  std::mutex mutex = {};
  std::condition_variable gone = {};
  std::unordered_map<peer *, std::weak_ptr<peer>> peers = {};
  std::atomic<std::uint64_t> connections{0};  ///< how many there ever were
  /// True when no thread serves the context: what is posted would only leak.
  std::atomic<bool> over{false};

  void add(const std::shared_ptr<peer> &p);
  /// Removes a peer, whose destructor has begun.
  void remove(peer *p);
  [[nodiscard]] std::size_t count();
  /// Returns the peers that live at this moment.
  [[nodiscard]] std::vector<std::shared_ptr<peer>> living();
};

}  // namespace recapd::gateway::http
