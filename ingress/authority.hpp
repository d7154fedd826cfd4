// A host with its port, as `Host`, an absolute target and an origin name it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace recapd::ingress {

struct authority {
  std::string host;  ///< lower case; an IPv6 address in brackets
  std::optional<unsigned short> port;
  bool operator==(const authority &) const = default;
};

/// `HOST` or `HOST:PORT`: letters, digits, `.`, `-`, `_`, or an IPv6 address
/// in brackets. Nothing if it is neither.
[[nodiscard]] std::optional<authority> parse_authority(std::string_view text);

}  // namespace recapd::ingress
