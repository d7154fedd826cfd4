// Texts that only the nodes of this database can read and make: cookies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/oidc/lookout.hpp"
#include "storage/secret_keys.hpp"

namespace recapd::gateway::oidc {

using key_opener = std::function<std::unique_ptr<storage::key_store>()>;

/// Keeps the database's keys in memory, by a thread of its own, so that nobody
/// who seals or opens waits for the database. All nodes learn a new key before
/// one of them seals with it. Thread safe.
class key_ring {
public:
  /// `open` connects, as often as the connection is lost. What is sealed has to
  /// be opened within `life`. Reads the keys once before it returns, if it can.
  key_ring(key_opener open, std::chrono::seconds life);

  /// Returns the text encrypted, for that purpose alone, in characters that
  /// cookies and URLs take; nothing while no key is known.
  [[nodiscard]] std::optional<std::string> seal(std::string_view purpose,
                                                std::string_view text) const;

  /// Returns the text that was sealed; nothing where it was not, or by a key
  /// that is not known.
  [[nodiscard]] std::optional<std::string> open(std::string_view purpose,
                                                std::string_view sealed);

  /// How old a key gets before there is a newer one.
  static constexpr std::chrono::hours renewed{24 * 7};

private:
  using key_list = std::vector<storage::secret_key>;
  bool look();
  [[nodiscard]] std::shared_ptr<const key_list> keys() const;

  const key_opener open_;
  const std::chrono::seconds life_;
  std::unique_ptr<storage::key_store> store_;  ///< used by the thread
  mutable std::mutex mutex_;
  std::shared_ptr<const key_list> keys_;
  std::unique_ptr<lookout> lookout_;  // ends first
};

}  // namespace recapd::gateway::oidc
