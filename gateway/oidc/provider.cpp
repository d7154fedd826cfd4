// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/provider.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <stdexcept>

#include "gateway/oidc/fetch.hpp"
#include "gateway/oidc/person.hpp"
#include "gateway/oidc/token.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view condition_code = "sign-in-provider";
constexpr pauses provider_pauses{
    .between = 5min, .least = 5s, .first_retry = 500ms, .longest_retry = 30s};

std::string discovery_of(std::string issuer) {
  if (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

/// Returns a member that is a URL of the issuer's scheme or of `https`; else an
/// empty text.
std::string url_in(const json::object &o, std::string_view name,
                   std::string_view issuer) {
  const auto *v = o.if_contains(name);
  if (v == nullptr || !v->is_string()) return {};
  const std::string url{v->get_string()};
  const bool plain = issuer.starts_with("http:") && url.starts_with("http:");
  return plain || url.starts_with("https:") ? url : "";
}

/// Says that no key is known yet, before the first look.
actors::readiness &unready(actors::readiness &conditions) {
  conditions.raise(condition_code, actors::weight::unready,
                   "The OpenID provider's keys are being read: its tokens are "
                   "answered 503 until then.");
  return conditions;
}

/// Returns true if a client with a secret may prove itself in the form only;
/// a provider that says nothing takes it in a field.
bool wants_secret_in_form(const json::object &said) {
  const auto *how = said.if_contains("token_endpoint_auth_methods_supported");
  if (how == nullptr || !how->is_array()) return false;
  const auto takes = [how](std::string_view method) {
    return std::ranges::any_of(how->get_array(), [method](const auto &one) {
      return one.is_string() && std::string_view{one.get_string()} == method;
    });
  };
  return takes("client_secret_post") && !takes("client_secret_basic");
}

std::string body_at(const std::string &url, const std::atomic<bool> &stop) {
  auto body = fetch({.url = url}, stop);
  if (!body.has_value()) throw std::runtime_error{url + " " + body.error().why};
  return std::move(*body);
}

provider_facts read_provider(const std::string &issuer,
                             const std::atomic<bool> &stop) {
  const auto url = discovery_of(issuer);
  const auto parsed = parse_strict(body_at(url, stop));
  if (!parsed.has_value() || !(*parsed).is_object())
    throw std::runtime_error{url + " is no JSON object"};
  const auto &said = (*parsed).get_object();
  const auto *named = said.if_contains("issuer");
  if (named == nullptr || !named->is_string()
      || std::string_view{named->get_string()} != issuer)
    throw std::runtime_error{url
                             + " names another issuer than auth.oidc.issuer"};
  const auto keys_url = url_in(said, "jwks_uri", issuer);
  if (keys_url.empty()) throw std::runtime_error{url + " has no jwks_uri"};
  auto keys = key_set::parse(body_at(keys_url, stop));
  if (!keys || keys->size() == 0)
    throw std::runtime_error{keys_url
                             + " has no key that signs by RS256, ES256 or "
                               "EdDSA"};
  return {.keys = std::move(*keys),
          .authorization_endpoint =
              url_in(said, "authorization_endpoint", issuer),
          .token_endpoint = url_in(said, "token_endpoint", issuer),
          .end_session_endpoint = url_in(said, "end_session_endpoint", issuer),
          .secret_in_form = wants_secret_in_form(said)};
}

}  // namespace

provider::provider(std::string issuer, actors::readiness &conditions)
    : issuer_{std::move(issuer)}, conditions_{unready(conditions)},
      lookout_{[this](const std::atomic<bool> &stop) { return look(stop); },
               provider_pauses} {}

std::shared_ptr<const provider_facts> provider::facts() const {
  const std::lock_guard lock{mutex_};
  return facts_;
}

bool provider::look(const std::atomic<bool> &stop) {
  const auto trouble = read(stop);
  if (!stop) tell(trouble);
  return !trouble;
}

std::optional<std::string> provider::read(const std::atomic<bool> &stop) {
  try {
    auto fresh =
        std::make_shared<const provider_facts>(read_provider(issuer_, stop));
    const std::lock_guard lock{mutex_};
    facts_ = std::move(fresh);
    return std::nullopt;
  } catch (const std::exception &e) {
    return std::string{e.what()};
  }
}

void provider::tell(const std::optional<std::string> &trouble) {
  if (trouble && trouble != told_)
    log_warn("the OpenID provider's keys cannot be read",
             {{"error", *trouble}});
  told_ = trouble;
  if (!trouble) return conditions_.settle(condition_code);
  if (facts())
    conditions_.raise(condition_code, actors::weight::warning,
                      "The OpenID provider's keys cannot be read again, and "
                      "those read before are used: "
                          + *trouble + ".");
  else
    conditions_.raise(condition_code, actors::weight::unready,
                      "The OpenID provider's keys cannot be read, and its "
                      "tokens are answered 503: "
                          + *trouble + ".");
}

token_reader bearer_reader(const config::oidc &how,
                           std::shared_ptr<provider> from) {
  return [how, from = std::move(from)](std::string_view token,
                                       workflows::instant now) -> identified {
    const auto facts = from->facts();
    if (!facts)
      return unknown_caller{
          .detail = "The OpenID provider's keys are not known yet; try again.",
          .why = unknown_caller::kind::later};
    const auto said =
        read_token(token, facts->keys,
                   {.issuer = how.issuer, .audience = how.audience}, now);
    if (said.has_value()) return caller_of(*said, how);
    if (said.error().unknown_key) from->look_again();
    return unknown_caller{.detail = said.error().detail,
                          .guessed = said.error().forged};
  };
}

}  // namespace recapd::gateway::oidc
