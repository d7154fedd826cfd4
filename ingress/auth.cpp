// SPDX-License-Identifier: Apache-2.0
#include "ingress/auth.hpp"

#include <openssl/crypto.h>

#include "ingress/digest.hpp"
#include "ingress/text.hpp"

namespace recapd::ingress {
namespace {

using workflows::role;

std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (!equal_no_case(authorization.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto token = trim(authorization.substr(scheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

}  // namespace

bool caller::sees_all() const {
  return !proven || proven->as == role::support || proven->as == role::system;
}

bool caller::sees(const workflows::session &s) const {
  return !proven || s.visible_to(*proven);
}

bool caller::is(role as, std::string_view id) const {
  return sees_all() || (proven->as == as && proven->id == id);
}

authenticator::authenticator(const config::settings &settings)
    : trusted_{settings.auth == config::auth_mode::trusted} {
  for (const auto &t : settings.tokens)
    entries_.push_back({sha256_of(t.secret), t.as});
}

std::optional<caller>
authenticator::identify(std::string_view authorization) const {
  if (trusted_) return caller{};
  const auto token = bearer(authorization);
  if (!token) return std::nullopt;
  const auto given = sha256_of(*token);
  const entry *found = nullptr;
  // Every entry is looked at, so that the time tells nothing.
  for (const auto &e : entries_)
    if (CRYPTO_memcmp(e.secret.data(), given.data(), given.size()) == 0)
      found = &e;
  if (found == nullptr) return std::nullopt;
  return caller{found->as};
}

}  // namespace recapd::ingress
