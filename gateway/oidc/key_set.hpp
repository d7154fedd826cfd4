// The keys of an OpenID provider, and what they have signed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::gateway::oidc {

/// The algorithms of signatures that are taken; there are no others.
enum class algorithm : std::uint8_t { rs256, es256, eddsa };

/// Returns the algorithm that a token's `alg` names; nothing for all others,
/// `none` and those of secrets that are shared among them.
[[nodiscard]] std::optional<algorithm> algorithm_named(std::string_view alg);

/// A public key. Its kind alone says by which algorithm it signs: a token whose
/// header names another was not signed by it.
struct key {
  std::string id;  ///< `kid`; empty: it has none
  algorithm by = algorithm::rs256;
  /// Returns true if a compact token's signature is the key's. Thread safe.
  std::function<bool(std::string_view token)> signed_token;
};

class key_set {
public:
  /// Reads a JWK set, without the keys that sign no token here: of other kinds,
  /// curves and algorithms, for encryption, RSA of fewer than 2048 bits.
  /// Returns nothing if it is no JWK set.
  [[nodiscard]] static std::optional<key_set> parse(std::string_view jwks);

  /// Returns the key of that id and algorithm; of a token that names none the
  /// only key of its algorithm. Null: there is none.
  [[nodiscard]] const key *find(algorithm by,
                                const std::optional<std::string> &id) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

private:
  std::vector<key> keys_;
};

}  // namespace recapd::gateway::oidc
