// SPDX-License-Identifier: Apache-2.0
#include "config/places.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace recapd::config {
namespace {

constexpr std::size_t longest_host = 255;
constexpr unsigned mapped_bits = 96;
constexpr address mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};

bool name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.'
         || c == '-' || c == '_';
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto &c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

template <class T> std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto *end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, value);
  if (text.empty() || ec != std::errc{} || at != end) return std::nullopt;
  return value;
}

bool is_mapped(const address &a) {
  return std::equal(a.begin(), a.begin() + 12, mapped.begin());
}

std::string ipv6_text(const address &a) {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(AF_INET6, a.data(), text, sizeof text);
}

/// Returns an IPv6 address in brackets, in its shortest form, if it is one.
std::optional<std::string> bracketed(std::string_view text) {
  const auto parsed = parse_address(text);
  if (!parsed || text.find(':') == std::string_view::npos) return std::nullopt;
  return "[" + ipv6_text(*parsed) + "]";
}

}  // namespace

std::optional<authority> parse_authority(std::string_view text) {
  authority out;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto ipv6 = bracketed(text.substr(1, end - 1));
    if (!ipv6) return std::nullopt;
    out.host = std::move(*ipv6);
    port = text.substr(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    out.host = lower(text.substr(0, end));
    port = text.substr(end);
    if (out.host.empty() || out.host.size() > longest_host
        || !std::ranges::all_of(out.host, name_char))
      return std::nullopt;
  }
  if (port.empty() || port == ":") return out;
  out.port = number_in<unsigned short>(port.substr(1));
  if (port[0] != ':' || !out.port) return std::nullopt;
  return out;
}

std::string to_string(const authority &a) {
  return a.port ? a.host + ":" + std::to_string(*a.port) : a.host;
}

std::optional<origin> parse_origin(std::string_view text) {
  const auto scheme = lower(text.substr(0, text.find("://")));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  if (text.size() == scheme.size()) return std::nullopt;
  auto at = parse_authority(text.substr(scheme.size() + 3));
  if (!at) return std::nullopt;
  const bool tls = scheme == "https";
  if (!at->port) at->port = static_cast<unsigned short>(tls ? 443 : 80);
  return origin{.tls = tls, .at = std::move(*at)};
}

std::string to_string(const origin &o) {
  auto at = o.at;
  if (at.port == (o.tls ? 443 : 80)) at.port.reset();
  return (o.tls ? "https://" : "http://") + to_string(at);
}

std::optional<std::string> parse_base_path(std::string_view text) {
  std::string path{text};
  if (!path.ends_with('/')) path += '/';
  const auto fine = [](char c) {
    return c == '/' || c == '~' || (c >= 'A' && c <= 'Z') || name_char(c);
  };
  if (!path.starts_with('/') || path.find("//") != std::string::npos
      || path.find("/.") != std::string::npos
      || !std::ranges::all_of(path, fine))
    return std::nullopt;
  return path;
}

std::optional<address> parse_address(std::string_view text) {
  const std::string name{text};
  auto out = mapped;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (::inet_pton(AF_INET, name.c_str(), out.data() + 12) == 1) return out;
  if (::inet_pton(AF_INET6, name.c_str(), out.data()) == 1) return out;
  return std::nullopt;
}

bool is_loopback(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  const auto a = parse_address(host);
  if (!a) return host == "localhost";
  static const auto v4 = *parse_network("127.0.0.0/8");
  static const auto v6 = *parse_network("::1");
  return v4.contains(*a) || v6.contains(*a);
}

bool network::contains(const address &a) const {
  const auto bytes = bits / 8;
  if (!std::equal(a.begin(), a.begin() + bytes, first.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto differ = static_cast<unsigned>(a[bytes] ^ first[bytes]);
  return differ >> (8 - bits % 8) == 0;
}

std::optional<network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = parse_address(text.substr(0, slash));
  if (!first) return std::nullopt;
  network out{.first = *first};
  if (slash == std::string_view::npos) return out;
  const bool ipv4 = text.find(':') == std::string_view::npos;
  const auto bits = number_in<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (ipv4 ? 32U : 128U)) return std::nullopt;
  out.bits = *bits + (ipv4 ? mapped_bits : 0);
  return out;
}

std::string to_string(const address &a) {
  if (!is_mapped(a)) return ipv6_text(a);
  char text[INET_ADDRSTRLEN];
  return ::inet_ntop(AF_INET, a.data() + 12, text, sizeof text);
}

std::string to_string(const network &n) {
  if (!is_mapped(n.first) || n.bits < mapped_bits)
    return ipv6_text(n.first) + "/" + std::to_string(n.bits);
  return to_string(n.first) + "/" + std::to_string(n.bits - mapped_bits);
}

}  // namespace recapd::config
