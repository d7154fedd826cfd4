// Hosts, origins, addresses and networks, as settings and requests name them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recapd::config {

/// A host with its port, as `Host` and an absolute target name it.
struct authority {
  std::string host;  ///< lower case; an IPv6 address in brackets
  std::optional<unsigned short> port;
  bool operator==(const authority &) const = default;
};

/// Reads `HOST` or `HOST:PORT`, where the host is of letters, digits, `.`, `-`,
/// `_`, or an IPv6 address in brackets. Returns nothing if it is neither.
[[nodiscard]] std::optional<authority> parse_authority(std::string_view text);
[[nodiscard]] std::string to_string(const authority &a);

/// Where a page comes from; its port is always there.
struct origin {
  bool tls = false;
  authority at;
  bool operator==(const origin &) const = default;
};

/// Reads `http://HOST[:PORT]` or `https://HOST[:PORT]`, with nothing behind it.
[[nodiscard]] std::optional<origin> parse_origin(std::string_view text);
[[nodiscard]] std::string to_string(const origin &o);

/// Reads the path of a URL, `/a/b` or `/a/b/`, whose segments are of letters,
/// digits, `.`, `-`, `_`, `~`; none begins with a dot. Returns it with a slash
/// at its end, `/` for an empty one, nothing if it is something else.
[[nodiscard]] std::optional<std::string> parse_base_path(std::string_view text);

/// An IPv6 address; one of IPv4 is `::ffff:a.b.c.d`.
using address = std::array<std::uint8_t, 16>;
[[nodiscard]] std::optional<address> parse_address(std::string_view text);
/// Returns true for `localhost` and for addresses that only this machine
/// reaches; one of IPv6 may stand in brackets.
[[nodiscard]] bool is_loopback(std::string_view host);

/// The addresses that begin with the same bits as `first`.
struct network {
  address first{};
  unsigned bits = 128;
  [[nodiscard]] bool contains(const address &a) const;
  bool operator==(const network &) const = default;
};

/// Reads `10.0.0.0/8`, `2001:db8::/32`, or an address alone.
[[nodiscard]] std::optional<network> parse_network(std::string_view text);
[[nodiscard]] std::string to_string(const address &a);
[[nodiscard]] std::string to_string(const network &n);

}  // namespace recapd::config
