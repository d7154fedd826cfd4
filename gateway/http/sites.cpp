// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/sites.hpp"

#include <algorithm>
#include <array>

#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

using config::authority;
using config::origin;

/// Returns an address as a host names it: one of IPv6 in brackets.
std::string bracketed(const std::string &host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool covers(const authority &known, const authority &host) {
  if (known.host != host.host) return false;
  const bool is_default = known.port == 80 || known.port == 443;
  return !known.port || known.port == host.port || (!host.port && is_default);
}

/// Returns true for the node as it is reached itself, without TLS.
bool is_plain(const origin &o, const authority &host) {
  constexpr unsigned short plain_port = 80;
  return !o.tls && o.at.host == host.host
         && o.at.port == host.port.value_or(plain_port);
}

/// Returns the first field of that name, and whether there is no other one.
std::pair<std::optional<std::string_view>, bool> only(header_list headers,
                                                      std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto &[key, value] : headers) {
    if (!equal_no_case(key, name)) continue;
    if (found) return {found, false};
    found = trim(value);
  }
  return {found, true};
}

bool listed_header(std::string_view name) {
  constexpr std::array known{"authorization", "content-type", "last-event-id",
                             "traceparent"};
  return std::ranges::any_of(known,
                             [name](auto k) { return equal_no_case(k, name); })
         || equal_no_case(name.substr(0, 3), "ce-");
}

}  // namespace

sites::sites(const config::settings &settings)
    : hosts_{settings.http.hosts}, listed_{settings.http.origins},
      public_url_{settings.http.public_url} {
  for (const auto &name :
       {std::string{"localhost"}, std::string{"127.0.0.1"},
        std::string{"[::1]"}, bracketed(settings.listen_host)})
    if (auto host = config::parse_authority(name)) hosts_.push_back(*host);
  if (public_url_) hosts_.push_back({.host = public_url_->at.host, .port = {}});
  const auto bound = config::parse_address(settings.listen_host);
  all_addresses_ = bound == config::parse_address("0.0.0.0")
                   || bound == config::parse_address("::");
}

bool sites::knows(const authority &host, const config::address &came_to) const {
  if (std::ranges::any_of(
          hosts_, [&host](const auto &known) { return covers(known, host); }))
    return true;
  if (!all_addresses_) return false;
  std::string_view name{host.host};
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  return config::parse_address(name) == came_to;
}

page sites::page_of(header_list headers,
                    const std::optional<authority> &host) const {
  const auto [text, alone] = only(headers, "origin");
  if (!text) {
    // Another site's page loads an image, say: it needs nothing here.
    const auto site = only(headers, "sec-fetch-site").first.value_or("");
    const auto mode = only(headers, "sec-fetch-mode").first.value_or("");
    const bool elsewhere = site == "cross-site" || site == "same-site";
    return elsewhere && mode != "navigate" ? page::foreign : page::none;
  }
  const auto from = alone ? config::parse_origin(*text) : std::nullopt;
  if (!from) return page::foreign;
  if (from == public_url_) return page::own;
  // Where people come by TLS, a page without it is somebody else's.
  const bool by_tls =
      public_url_ && public_url_->tls && public_url_->at.host == from->at.host;
  if (host && !by_tls && is_plain(*from, *host)) return page::own;
  return std::ranges::find(listed_, *from) != listed_.end() ? page::listed
                                                            : page::foreign;
}

response unknown_host(const authority &host) {
  return problem(403, "unknown-host",
                 "This node does not answer to the host " + host.host
                     + ". Name it in http.hosts or http.public_url.");
}

response foreign_page() {
  return problem(403, "foreign-origin",
                 "Pages of this origin may not call this node. Name it in "
                 "http.origins, or the node's own in http.public_url.");
}

response preflight_answer(std::string_view method,
                          std::string_view wanted_headers) {
  response out{.status = 204, .body = {}};
  out.headers.emplace_back("Access-Control-Allow-Methods", method);
  std::string allowed;
  while (!wanted_headers.empty()) {
    const auto end = std::min(wanted_headers.find(','), wanted_headers.size());
    const auto name = trim(wanted_headers.substr(0, end));
    if (listed_header(name)) (allowed += allowed.empty() ? "" : ", ") += name;
    wanted_headers.remove_prefix(std::min(end + 1, wanted_headers.size()));
  }
  if (!allowed.empty())
    out.headers.emplace_back("Access-Control-Allow-Headers", allowed);
  out.headers.emplace_back("Access-Control-Max-Age", "600");
  return out;
}

field_list cors_fields(std::string_view origin) {
  return {{"Access-Control-Allow-Origin", std::string{origin}},
          {"Access-Control-Expose-Headers",
           "Allow, Retry-After, WWW-Authenticate, X-Request-Id"}};
}

}  // namespace recapd::gateway::http
