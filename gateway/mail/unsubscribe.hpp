// Links by which people want no more mail of a kind, without signing in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/oidc/key_ring.hpp"
#include "workflows/ids.hpp"

namespace recapd::gateway::mail {

/// How long a link counts at least: mail lies in mailboxes for long.
inline constexpr std::chrono::hours link_life{24 * 400};
/// Whose keys make links (storage::secret_key).
inline constexpr const char *link_keys = "mail";

/// What a link stands for.
struct unsubscription {
  workflows::person who;
  std::vector<std::string> kinds;
  bool operator==(const unsubscription &) const = default;
};

/// Returns the link's token, which nobody else can make, in characters that
/// URLs take; nothing while no key is known.
[[nodiscard]] std::optional<std::string>
sealed_unsubscription(const oidc::key_ring &keys, const unsubscription &what);

/// Reads a token; nothing where it is none, or its key is not known.
[[nodiscard]] std::optional<unsubscription>
open_unsubscription(oidc::key_ring &keys, std::string_view token);

}  // namespace recapd::gateway::mail
