// The keys by which a NATS server knows its clients (Ed25519, in base32).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace recapd::config {

/// Returns the line of a text that is a user's seed, `SU…`: the text is the
/// seed alone, or a credentials file. Nothing where there is none.
[[nodiscard]] std::optional<std::string> find_nkey_seed(std::string_view text);

/// Returns the public key, `U…`, of a user's seed; nothing if it is none.
[[nodiscard]] std::optional<std::string> nkey_public_key(std::string_view seed);

}  // namespace recapd::config
