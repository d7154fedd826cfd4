// Digests: SHA-256, and the digest of a command's content.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/store.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::gateway {

[[nodiscard]] std::array<std::uint8_t, 32> sha256_of(std::string_view text);

/// Returns true if the digests are the same; the time tells nothing of either.
[[nodiscard]] bool same_digest(const std::array<std::uint8_t, 32> &a,
                               const std::array<std::uint8_t, 32> &b);

/// Returns so many random bytes, which nobody can guess, in lower-case hex.
/// Throws std::runtime_error where the system has none.
[[nodiscard]] std::string random_hex(std::size_t bytes);

/// Returns HMAC-SHA256 in lower-case hex.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key,
                                          std::string_view text);

/// Returns the digest of what a command says and who says it: type, session,
/// person and data in canonical form; not time, trace or other extensions.
[[nodiscard]] storage::digest content_digest(const workflows::command &c,
                                             std::string_view session,
                                             const workflows::person &by);

}  // namespace recapd::gateway
