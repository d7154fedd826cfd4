// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/shares.hpp"

#include <algorithm>

#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

using config::address;

/// Reads `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]` or `[::1]:5`.
std::optional<address> hop(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  return config::parse_address(text);
}

}  // namespace

config::network whole_of(config::address who) {
  static const auto ipv4 = *config::parse_network("0.0.0.0/0");
  if (ipv4.contains(who)) return {.first = who, .bits = 128};
  std::fill(who.begin() + 8, who.end(), 0);
  return {.first = who, .bits = 64};
}

shares::part shares::take(address who) {
  who = whole_of(who).first;
  const std::lock_guard lock{mutex_};
  auto &taken = taken_[who];
  if (taken >= most_) return nullptr;
  ++taken;
  return {this,
          [who](void *table) { static_cast<shares *>(table)->give_back(who); }};
}

void shares::give_back(const address &who) {
  const std::lock_guard lock{mutex_};
  const auto at = taken_.find(who);
  if (--at->second == 0) taken_.erase(at);
}

bool among(const std::vector<config::network> &networks, const address &who) {
  return std::ranges::any_of(networks,
                             [&who](const auto &n) { return n.contains(who); });
}

std::optional<address>
forwarded_client(header_list headers,
                 const std::vector<config::network> &proxies) {
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (!equal_no_case(headers[i].first, "x-forwarded-for")) continue;
    auto list = headers[i].second;
    for (bool more = true; more;) {
      const auto comma = list.rfind(',');
      more = comma != std::string_view::npos;
      const auto who = hop(trim(more ? list.substr(comma + 1) : list));
      if (!who) return std::nullopt;
      if (!among(proxies, *who)) return who;
      if (more) list = list.substr(0, comma);
    }
  }
  return std::nullopt;
}

}  // namespace recapd::gateway::http
