// JSON Web Tokens: who signed one, for whom, and until when it holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "gateway/oidc/key_set.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::oidc {

/// The most bytes of a token.
inline constexpr std::size_t max_token_bytes = 8192;
/// How far the provider's clock and the node's may be apart.
inline constexpr std::chrono::seconds leeway{60};

/// What a token has to say of itself.
struct expectation {
  std::string issuer;
  std::string audience;
};

/// What a token that holds says.
struct claims {
  boost::json::object all;
  workflows::instant until;  ///< it holds no longer, the leeway included
};

/// Why a token was not taken.
struct wrong_token {
  std::string detail;        ///< a sentence
  bool forged = false;       ///< it is no token of the provider's
  bool unknown_key = false;  ///< its key may be one that is not known yet
};

/// Returns what a compact JWS says, if a key of the set signed it, by an
/// algorithm that is allowed, and it is what was expected, now. Looks at
/// nothing that it says of itself before the signature.
[[nodiscard]] boost::system::result<claims, wrong_token>
read_token(std::string_view token, const key_set &keys,
           const expectation &expected, workflows::instant now);

}  // namespace recapd::gateway::oidc
