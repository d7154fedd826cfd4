// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/key_set.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <memory>
#include <openssl/evp.h>

#include "gateway/oidc/base64url.hpp"
#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;

namespace {

constexpr std::size_t least_rsa_bits = 2048;
constexpr std::size_t most_keys = 100;
constexpr std::size_t ed25519_signature = 64;

using jws_handle = std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)>;
using digest_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// Returns a member that is a text, else an empty one.
std::string_view text_of(const json::object &o, std::string_view name) {
  const auto *v = o.if_contains(name);
  const auto *text = v != nullptr ? v->if_string() : nullptr;
  return text != nullptr ? std::string_view{*text} : std::string_view{};
}

// cjose ends the process at padding where none belongs: it sees nothing that
// is not base64url throughout.

/// Returns what is public of an RSA or EC key; nothing where a member is
/// missing or not base64url.
std::optional<json::object> public_part(const json::object &o) {
  const bool rsa = text_of(o, "kty") == "RSA";
  json::object out{{"kty", text_of(o, "kty")}};
  if (!rsa) out["crv"] = text_of(o, "crv");
  for (const auto *name : {rsa ? "n" : "x", rsa ? "e" : "y"}) {
    const auto text = text_of(o, name);
    if (text.empty() || !base64url_bytes(text)) return std::nullopt;
    out[name] = text;
  }
  return out;
}

/// Returns true if all parts of a compact token are base64url.
bool decodable(std::string_view token) {
  while (true) {
    const auto dot = token.find('.');
    if (!base64url_bytes(token.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    token.remove_prefix(dot + 1);
  }
}

/// Returns what looks at signatures by an RSA or EC key; null where the library
/// does not take the key.
std::function<bool(std::string_view)> checked_by_cjose(const json::object &o) {
  const auto shown = public_part(o);
  if (!shown) return nullptr;
  const auto text = json::serialize(*shown);
  cjose_err why{};
  const std::shared_ptr<cjose_jwk_t> jwk{
      cjose_jwk_import(text.data(), text.size(), &why),
      [](cjose_jwk_t *held) { cjose_jwk_release(held); }};
  if (!jwk) return nullptr;
  if (cjose_jwk_get_kty(jwk.get(), &why) == CJOSE_JWK_KTY_RSA
      && cjose_jwk_get_keysize(jwk.get(), &why) < least_rsa_bits)
    return nullptr;
  return [jwk](std::string_view token) {
    if (!decodable(token)) return false;
    cjose_err wrong{};
    const jws_handle jws{cjose_jws_import(token.data(), token.size(), &wrong),
                         &cjose_jws_release};
    return jws && cjose_jws_verify(jws.get(), jwk.get(), &wrong);
  };
}

/// Returns what looks at signatures by an Ed25519 key, which cjose does not
/// know; null where it is none.
std::function<bool(std::string_view)>
checked_by_openssl(const json::object &o) {
  const auto x = base64url_bytes(text_of(o, "x"));
  if (!x) return nullptr;
  const std::shared_ptr<EVP_PKEY> key{
      EVP_PKEY_new_raw_public_key(
          EVP_PKEY_ED25519, nullptr,
          reinterpret_cast<const unsigned char *>(x->data()), x->size()),
      &EVP_PKEY_free};
  if (!key) return nullptr;
  return [key](std::string_view token) {
    const auto dot = token.rfind('.');
    const auto text = token.substr(0, dot);
    const auto signature = base64url_bytes(token.substr(dot + 1));
    if (!signature || signature->size() != ed25519_signature) return false;
    const digest_context context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    return context
           && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                                   key.get())
                  == 1
           && EVP_DigestVerify(
                  context.get(),
                  reinterpret_cast<const unsigned char *>(signature->data()),
                  signature->size(),
                  reinterpret_cast<const unsigned char *>(text.data()),
                  text.size())
                  == 1;
  };
}

/// Returns by which algorithm a key of this kind signs.
std::optional<algorithm> algorithm_of(const json::object &o) {
  const auto kind = text_of(o, "kty");
  const auto curve = text_of(o, "crv");
  if (kind == "RSA") return algorithm::rs256;
  if (kind == "EC" && curve == "P-256") return algorithm::es256;
  if (kind == "OKP" && curve == "Ed25519") return algorithm::eddsa;
  return std::nullopt;
}

std::optional<key> read_key(const json::object &o) {
  const auto by = algorithm_of(o);
  if (!by) return std::nullopt;
  if (o.contains("use") && text_of(o, "use") != "sig") return std::nullopt;
  if (o.contains("alg") && algorithm_named(text_of(o, "alg")) != by)
    return std::nullopt;
  auto check =
      *by == algorithm::eddsa ? checked_by_openssl(o) : checked_by_cjose(o);
  if (!check) return std::nullopt;
  return key{.id = std::string{text_of(o, "kid")},
             .by = *by,
             .signed_token = std::move(check)};
}

}  // namespace

std::optional<algorithm> algorithm_named(std::string_view alg) {
  if (alg == "RS256") return algorithm::rs256;
  if (alg == "ES256") return algorithm::es256;
  if (alg == "EdDSA") return algorithm::eddsa;
  return std::nullopt;
}

std::optional<key_set> key_set::parse(std::string_view jwks) {
  const auto parsed = parse_strict(jwks);
  if (!parsed.has_value() || !(*parsed).is_object()) return std::nullopt;
  const auto *list = (*parsed).get_object().if_contains("keys");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  key_set out;
  for (const auto &one : list->get_array()) {
    if (out.keys_.size() == most_keys) break;
    if (!one.is_object()) continue;
    if (auto read = read_key(one.get_object()))
      out.keys_.push_back(std::move(*read));
  }
  return out;
}

const key *key_set::find(algorithm by,
                         const std::optional<std::string> &id) const {
  const key *found = nullptr;
  for (const auto &one : keys_) {
    if (one.by != by || (id && one.id != *id)) continue;
    if (found != nullptr) return nullptr;
    found = &one;
  }
  return found;
}

}  // namespace recapd::gateway::oidc
