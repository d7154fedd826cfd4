// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/provider.hpp"

#include <algorithm>
#include <stdexcept>

#include "gateway/oidc/fetch.hpp"
#include "gateway/oidc/person.hpp"
#include "gateway/oidc/token.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;

namespace {

constexpr std::string_view condition_code = "sign-in-provider";

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
          .token_endpoint = url_in(said, "token_endpoint", issuer)};
}

}  // namespace

provider::provider(std::string issuer, actors::readiness &conditions,
                   provider_pauses pauses)
    : issuer_{std::move(issuer)}, conditions_{conditions}, pauses_{pauses} {
  conditions_.raise(condition_code, actors::weight::unready,
                    "The OpenID provider's keys are being read: tokens of it "
                    "are answered 503 until then.");
  thread_ = std::thread{[this] { run(); }};
}

provider::~provider() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<const provider_facts> provider::facts() const {
  const std::lock_guard lock{mutex_};
  return facts_;
}

void provider::look_again() {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(asked_, true)) changed_.notify_all();
}

void provider::run() {
  auto pause = pauses_.first_retry;
  for (;;) {
    const auto trouble = read();
    if (stop_) return;
    tell(trouble);
    if (!trouble) pause = pauses_.first_retry;
    if (!wait(clock::now(), trouble ? pause : pauses_.between)) return;
    if (trouble) pause = std::min(2 * pause, pauses_.longest_retry);
  }
}

std::optional<std::string> provider::read() {
  try {
    auto fresh =
        std::make_shared<const provider_facts>(read_provider(issuer_, stop_));
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

bool provider::wait(clock::time_point last, std::chrono::milliseconds pause) {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    const auto due = last + (asked_ ? std::min(pause, pauses_.least) : pause);
    if (clock::now() >= due) {
      asked_ = false;
      return true;
    }
    changed_.wait_until(lock, due);
  }
  return false;
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
