// The OpenID provider: its keys and addresses, kept up to date by a thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "actors/readiness.hpp"
#include "config/sign_in.hpp"
#include "gateway/oidc/key_set.hpp"
#include "gateway/wire/auth.hpp"

namespace recapd::gateway::oidc {

/// What a provider says of itself.
struct provider_facts {
  key_set keys;
  std::string authorization_endpoint, token_endpoint;  ///< empty: it has none
};

/// How often the provider is asked.
struct provider_pauses {
  std::chrono::milliseconds between{300'000};
  /// The least time between two looks, however many unknown keys come.
  std::chrono::milliseconds least{5'000};
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds longest_retry{30'000};
};

/// Reads discovery and keys of a provider in a thread of its own, from time to
/// time and when somebody met a key that is not known. What it has read holds
/// on while the provider is away: a warning says so. Until it has read
/// anything the node is not ready. Thread safe.
class provider {
public:
  /// The conditions must outlive it.
  provider(std::string issuer, actors::readiness &conditions,
           provider_pauses pauses = {});
  ~provider();
  provider(const provider &) = delete;
  provider &operator=(const provider &) = delete;

  /// Returns what was read last; null before.
  [[nodiscard]] std::shared_ptr<const provider_facts> facts() const;

  /// Has the thread look again soon. Returns at once.
  void look_again();

private:
  using clock = std::chrono::steady_clock;

  void run();
  /// Reads everything anew. Returns nothing, or a sentence about what is wrong.
  std::optional<std::string> read();
  void tell(const std::optional<std::string> &trouble);
  /// Waits until the next look is due. Returns false at the end.
  bool wait(clock::time_point last, std::chrono::milliseconds pause);

  const std::string issuer_;
  actors::readiness &conditions_;
  const provider_pauses pauses_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const provider_facts> facts_;
  bool asked_ = false;
  std::optional<std::string> told_;  ///< the trouble; used by the thread
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// Returns what finds out whom a bearer's JWT proves, by the keys that `from`
/// has read. It waits for nothing.
[[nodiscard]] token_reader bearer_reader(const config::oidc &how,
                                         std::shared_ptr<provider> from);

}  // namespace recapd::gateway::oidc
