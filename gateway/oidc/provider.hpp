// The OpenID provider: its keys and addresses, kept up to date by a thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actors/readiness.hpp"
#include "config/sign_in.hpp"
#include "gateway/oidc/key_set.hpp"
#include "gateway/oidc/lookout.hpp"
#include "gateway/wire/auth.hpp"

namespace recapd::gateway::oidc {

/// What a provider says of itself.
struct provider_facts {
  key_set keys;
  /// Empty: it has none.
  std::string authorization_endpoint, token_endpoint, end_session_endpoint;
  bool secret_in_form = false;  ///< a client's secret stands in the form only
};

/// Reads discovery and keys of a provider in a thread of its own, from time to
/// time and when somebody met a key that is not known. What it has read holds
/// on while the provider is away: a warning says so. Until it has read
/// anything the node is not ready. Thread safe.
class provider {
public:
  /// The conditions must outlive it.
  provider(std::string issuer, actors::readiness &conditions);

  /// Returns what was read last; null before.
  [[nodiscard]] std::shared_ptr<const provider_facts> facts() const;

  /// Has the thread look again soon. Returns at once.
  void look_again() { lookout_.look_again(); }
  /// Ends the thread. Idempotent.
  void stop() { lookout_.stop(); }

private:
  bool look(const std::atomic<bool> &stop);
  /// Reads everything anew. Returns nothing, or a sentence about what is wrong.
  std::optional<std::string> read(const std::atomic<bool> &stop);
  void tell(const std::optional<std::string> &trouble);

  const std::string issuer_;
  actors::readiness &conditions_;
  mutable std::mutex mutex_;
  std::shared_ptr<const provider_facts> facts_;
  std::optional<std::string> told_;  ///< the trouble; used by the thread
  lookout lookout_;                  // begins last, ends first
};

/// Returns what finds out whom a bearer's JWT proves, by the keys that `from`
/// has read. It waits for nothing.
[[nodiscard]] token_reader bearer_reader(const config::oidc &how,
                                         std::shared_ptr<provider> from);

}  // namespace recapd::gateway::oidc
