// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/token.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <optional>

#include "gateway/oidc/base64url.hpp"
#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;
using workflows::instant;

namespace {

/// The last second that has a written form: later ones count as it.
constexpr double last_second = 253'402'300'799;

wrong_token forged(std::string sentence) {
  return {.detail = std::move(sentence), .forged = true};
}

wrong_token no_token() {
  return forged("This token is not known: it is none of the node's, and no "
                "signed JWT.");
}

std::optional<json::object> object_in(std::string_view part) {
  const auto text = base64url_bytes(part);
  if (!text) return std::nullopt;
  auto parsed = parse_strict(*text);
  if (!parsed.has_value() || !(*parsed).is_object()) return std::nullopt;
  return std::move((*parsed).get_object());
}

/// Finds the key that signed a token by what its header says.
boost::system::result<const key *, wrong_token>
key_of(const json::object &header, const key_set &keys) {
  const auto *alg = header.if_contains("alg");
  const auto by = alg != nullptr && alg->is_string()
                      ? algorithm_named(alg->get_string())
                      : std::nullopt;
  if (!by)
    return forged("This token's algorithm is none of RS256, ES256 and EdDSA.");
  if (header.contains("crit"))
    return forged("This token has critical header members (crit), of which "
                  "none is known here.");
  const auto *kid = header.if_contains("kid");
  if (kid != nullptr && !kid->is_string()) return no_token();
  const auto *found = keys.find(
      *by, kid != nullptr ? std::optional<std::string>{kid->get_string()}
                          : std::nullopt);
  if (found == nullptr)
    return wrong_token{
        .detail = "The key that signed this token is not known here. The "
                  "provider is asked for its keys: try again in a few seconds, "
                  "or get a new token.",
        .unknown_key = true};
  return found;
}

bool is_for(const json::object &claims, std::string_view audience) {
  const auto *aud = claims.if_contains("aud");
  if (aud == nullptr) return false;
  const auto same = [audience](const json::value &v) {
    return v.is_string() && std::string_view{v.get_string()} == audience;
  };
  return same(*aud)
         || (aud->is_array() && std::ranges::any_of(aud->get_array(), same));
}

bool is_text(const json::object &claims, std::string_view name,
             std::string_view text) {
  const auto *v = claims.if_contains(name);
  return v != nullptr && v->is_string()
         && std::string_view{v->get_string()} == text;
}

/// Returns the moment that a claim names in seconds since 1970, or nothing.
std::optional<instant> moment_of(const json::value &v) {
  boost::system::error_code ec;
  const auto seconds = v.is_number() ? v.to_number<double>(ec) : -1.0;
  if (ec || !std::isfinite(seconds) || seconds < 0) return std::nullopt;
  return instant{std::chrono::seconds{
      static_cast<std::int64_t>(std::min(seconds, last_second))}};
}

/// Returns the moment from which a token holds no longer.
boost::system::result<instant, wrong_token> end_of(const json::object &claims,
                                                   instant now) {
  const auto *exp = claims.if_contains("exp");
  const auto until = exp != nullptr ? moment_of(*exp) : std::nullopt;
  if (!until) return wrong_token{"This token does not say when it ends (exp)."};
  if (*until + leeway <= now)
    return wrong_token{"This token expired at "
                       + workflows::format_rfc3339(*until)
                       + "; get a new one."};
  if (const auto *nbf = claims.if_contains("nbf")) {
    const auto from = moment_of(*nbf);
    if (!from || *from - leeway > now)
      return wrong_token{"This token does not hold yet (nbf)."};
  }
  return *until + leeway;
}

}  // namespace

boost::system::result<claims, wrong_token>
read_token(std::string_view token, const key_set &keys,
           const expectation &expected, instant now) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  if (token.size() > max_token_bytes || first == std::string_view::npos
      || second == std::string_view::npos
      || token.find('.', second + 1) != std::string_view::npos)
    return no_token();
  const auto header = object_in(token.substr(0, first));
  if (!header) return no_token();
  const auto by = key_of(*header, keys);
  if (!by.has_value()) return by.error();
  if (!(*by)->signed_token(token))
    return forged("This token's signature is not the provider's.");
  auto said = object_in(token.substr(first + 1, second - first - 1));
  if (!said) return no_token();
  if (!is_text(*said, "iss", expected.issuer))
    return wrong_token{"This token is another provider's (iss)."};
  if (!is_for(*said, expected.audience))
    return wrong_token{"This token is not for recapd (aud)."};
  const auto until = end_of(*said, now);
  if (!until.has_value()) return until.error();
  return claims{.all = std::move(*said), .until = *until};
}

}  // namespace recapd::gateway::oidc
