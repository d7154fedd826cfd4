// SPDX-License-Identifier: Apache-2.0
#include "config/sign_in.hpp"

#include <boost/json.hpp>

#include "config/error.hpp"
#include "config/places.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr std::string_view tls_scheme = "https://";
constexpr std::string_view plain_scheme = "http://";

/// Returns what a URL names after its scheme, up to the path.
std::string_view place_of(std::string_view url, std::string_view scheme) {
  url.remove_prefix(scheme.size());
  return url.substr(0, url.find('/'));
}

}  // namespace

std::optional<workflows::role> oidc::role_of(std::string_view value) const {
  if (roles.empty()) return workflows::parse_role(value);
  const auto found = roles.find(value);
  if (found == roles.end()) return std::nullopt;
  return found->second;
}

bool valid_issuer(std::string_view url) {
  if (url.find_first_of("?# \\@") != std::string_view::npos) return false;
  if (url.starts_with(tls_scheme))
    return parse_authority(place_of(url, tls_scheme)).has_value();
  if (!url.starts_with(plain_scheme)) return false;
  const auto at = parse_authority(place_of(url, plain_scheme));
  return at && is_loopback(at->host);
}

void read_roles(const json::value &given, const std::string &where,
                oidc &target) {
  const auto *members = given.if_object();
  if (members == nullptr)
    throw config_error{where, R"({"a value of the claim": "a role"})"};
  for (const auto &[value, role] : *members) {
    const auto *name = role.if_string();
    const auto known =
        name != nullptr ? workflows::parse_role(*name) : std::nullopt;
    if (!known)
      throw config_error{where + "." + std::string{value},
                         "tutor, student, support, system, manager or admin"};
    target.roles.emplace(value, *known);
  }
}

json::object shown_roles(const oidc &of) {
  json::object out;
  for (const auto &[value, role] : of.roles)
    out[value] = workflows::to_string(role);
  return out;
}

}  // namespace recapd::config
