// Keys, and JSON Web Tokens that they sign, right ones and wrong ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <openssl/evp.h>
#include <string>

namespace recapd::gateway::test {

/// A private key, of the kind that its algorithm wants.
class signer {
public:
  /// Makes a key for RS256, ES256 or EdDSA; of RSA with so many bits.
  signer(std::string alg, std::string kid, unsigned bits = 2048);

  /// Returns the public key as a JWK.
  [[nodiscard]] boost::json::object jwk() const;
  /// Returns the public key as PEM.
  [[nodiscard]] std::string pem() const;
  /// Returns a token. The header has `alg` and `kid` unless it names others.
  [[nodiscard]] std::string sign(const boost::json::object &claims,
                                 boost::json::object header = {}) const;

private:
  [[nodiscard]] std::string signature(const std::string &text) const;

  std::string alg_, kid_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// Returns a token that is signed by a secret that both sides know.
[[nodiscard]] std::string sign_hs256(const boost::json::object &claims,
                                     const std::string &secret,
                                     const std::string &kid);

}  // namespace recapd::gateway::test
