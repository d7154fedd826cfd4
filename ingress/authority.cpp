// SPDX-License-Identifier: Apache-2.0
#include "ingress/authority.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>

#include "ingress/text.hpp"

namespace recapd::ingress {
namespace {

constexpr std::size_t longest_host = 255;

bool name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

/// The address in brackets, in its shortest form.
std::optional<std::string> bracketed(std::string_view text) {
  boost::system::error_code ec;
  const auto at = boost::asio::ip::make_address_v6(std::string{text}, ec);
  if (ec || text.find('%') != std::string_view::npos) return std::nullopt;
  return "[" + at.to_string() + "]";
}

}  // namespace

std::optional<authority> parse_authority(std::string_view text) {
  authority out;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto address = bracketed(text.substr(1, end - 1));
    if (!address) return std::nullopt;
    out.host = std::move(*address);
    port = text.substr(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    out.host = lower(text.substr(0, end));
    port = text.substr(end);
    if (out.host.empty() || out.host.size() > longest_host
        || !std::ranges::all_of(out.host, name_char))
      return std::nullopt;
  }
  if (port.empty()) return out;
  out.port = parse_integer<unsigned short>(port.substr(1));
  if (port[0] != ':' || !out.port) return std::nullopt;
  return out;
}

}  // namespace recapd::ingress
