// SPDX-License-Identifier: Apache-2.0
#include "signer.hpp"

#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdexcept>
#include <vector>

#include "gateway/oidc/base64url.hpp"

namespace recapd::gateway::test {

namespace json = boost::json;
using oidc::base64url;

namespace {

void require(bool done) {
  if (!done) throw std::runtime_error{"OpenSSL failed"};
}

std::string bytes_of(const BIGNUM *n, std::size_t size) {
  std::string out(size, '\0');
  require(BN_bn2binpad(n, reinterpret_cast<unsigned char *>(out.data()),
                       static_cast<int>(size))
          >= 0);
  return out;
}

std::string number_of(EVP_PKEY *key, const char *name, std::size_t size = 0) {
  BIGNUM *n = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &n) == 1);
  auto out =
      bytes_of(n, size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(n)));
  BN_free(n);
  return base64url(out);
}

/// Returns r and s, of a signature by ECDSA as OpenSSL writes it.
std::string plain_of(const std::string &der) {
  const auto *at = reinterpret_cast<const unsigned char *>(der.data());
  auto *sig = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  require(sig != nullptr);
  auto out =
      bytes_of(ECDSA_SIG_get0_r(sig), 32) + bytes_of(ECDSA_SIG_get0_s(sig), 32);
  ECDSA_SIG_free(sig);
  return out;
}

std::string text_of(const json::object &header, const json::object &claims) {
  return base64url(json::serialize(header)) + "."
         + base64url(json::serialize(claims));
}

}  // namespace

signer::signer(std::string alg, std::string kid, unsigned bits)
    : alg_{std::move(alg)}, kid_{std::move(kid)},
      key_{alg_ == "RS256"   ? EVP_RSA_gen(bits)
           : alg_ == "ES256" ? EVP_EC_gen("P-256")
                             : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
           &EVP_PKEY_free} {
  require(key_ != nullptr);
}

json::object signer::jwk() const {
  json::object out{{"kid", kid_}, {"use", "sig"}, {"alg", alg_}};
  if (alg_ == "RS256") {
    out["kty"] = "RSA";
    out["n"] = number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N);
    out["e"] = number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E);
  } else if (alg_ == "ES256") {
    out["kty"] = "EC";
    out["crv"] = "P-256";
    out["x"] = number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32);
    out["y"] = number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  } else {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    require(
        EVP_PKEY_get_raw_public_key(
            key_.get(), reinterpret_cast<unsigned char *>(raw.data()), &size)
        == 1);
    out["kty"] = "OKP";
    out["crv"] = "Ed25519";
    out["x"] = base64url(raw);
  }
  return out;
}

std::string signer::pem() const {
  auto *to = BIO_new(BIO_s_mem());
  require(PEM_write_bio_PUBKEY(to, key_.get()) == 1);
  char *text = nullptr;
  const auto size = BIO_get_mem_data(to, &text);
  std::string out{text, static_cast<std::size_t>(size)};
  BIO_free(to);
  return out;
}

std::string signer::signature(const std::string &text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
      EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  const auto *md = alg_ == "EdDSA" ? nullptr : EVP_sha256();
  require(EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key_.get())
          == 1);
  std::string out(1024, '\0');
  std::size_t size = out.size();
  require(EVP_DigestSign(context.get(),
                         reinterpret_cast<unsigned char *>(out.data()), &size,
                         reinterpret_cast<const unsigned char *>(text.data()),
                         text.size())
          == 1);
  out.resize(size);
  return alg_ == "ES256" ? plain_of(out) : out;
}

std::string signer::sign(const json::object &claims,
                         json::object header) const {
  header.emplace("alg", alg_);
  header.emplace("kid", kid_);
  const auto text = text_of(header, claims);
  return text + "." + base64url(signature(text));
}

std::string sign_hs256(const json::object &claims, const std::string &secret,
                       const std::string &kid) {
  const auto text = text_of({{"alg", "HS256"}, {"kid", kid}}, claims);
  std::string mac(32, '\0');
  require(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
               reinterpret_cast<const unsigned char *>(text.data()),
               text.size(), reinterpret_cast<unsigned char *>(mac.data()),
               nullptr)
          != nullptr);
  return text + "." + base64url(mac);
}

}  // namespace recapd::gateway::test
