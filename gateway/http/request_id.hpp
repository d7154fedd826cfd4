// What a request is called in logs, by its sender or by the node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::gateway::http {

inline constexpr std::string_view request_id_field = "X-Request-Id";

/// Returns the id that came with a request, where it is one: 1 to 128 letters,
/// digits, `_`, `-`, `.`, `:`, `+`, `/`, `=`. Else one of 16 hexadecimal digits
/// that this process gives to no other request.
[[nodiscard]] std::string request_id(std::string_view came);

}  // namespace recapd::gateway::http
