// How much of the node one address may hold at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "config/places.hpp"
#include "gateway/wire/cloudevent.hpp"

namespace recapd::gateway::http {

/// Returns what counts as one address: one of IPv4, or a /64 of IPv6.
[[nodiscard]] config::network whole_of(config::address who);

/// Counts what each address holds. Thread safe.
class shares {
public:
  /// One part of what an address may have, given back by its destructor.
  using part = std::shared_ptr<void>;

  /// Allows each address `most` parts.
  explicit shares(std::size_t most) : most_{most} {}
  shares(const shares &) = delete;
  shares &operator=(const shares &) = delete;

  /// Takes a part. Returns null when the address has all that it may have; the
  /// addresses of an IPv6 /64 count as one. The table must outlive the part.
  [[nodiscard]] part take(config::address who);

private:
  void give_back(const config::address &who);

  std::size_t most_;
  std::mutex mutex_;
  std::map<config::address, std::size_t> taken_;
};

/// Returns the client of a request that came through trusted proxies: the last
/// address of `X-Forwarded-For` that is none of theirs. Returns nothing when
/// there is none, or the list cannot be read up to there.
[[nodiscard]] std::optional<config::address>
forwarded_client(header_list headers,
                 const std::vector<config::network> &proxies);

[[nodiscard]] bool among(const std::vector<config::network> &networks,
                         const config::address &who);

}  // namespace recapd::gateway::http
