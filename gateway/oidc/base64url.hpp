// Base64url without padding, as tokens and cookies are written (RFC 7515).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace recapd::gateway::oidc {

[[nodiscard]] std::string base64url(std::string_view bytes);

/// Returns the bytes; nothing where a character is none of the alphabet's, or
/// the length is none.
[[nodiscard]] std::optional<std::string> base64url_bytes(std::string_view text);

}  // namespace recapd::gateway::oidc
