// What comes as a bearer's token, and as the keys by which tokens are read.
//   t TOKEN                          as it comes
//   p HEADER \n CLAIMS \n SIGNATURE   the parts of a token, yet to be encoded
//   s HEADER \n CLAIMS               signed by one of the keys
//   b FIELD                          the value of an Authorization field
//   k JWKS                           a provider's keys
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <openssl/evp.h>

#include "gateway/oidc/base64url.hpp"
#include "gateway/oidc/person.hpp"
#include "gateway/oidc/token.hpp"
#include "gateway/wire/auth.hpp"
#include "oracle.hpp"
#include "workflows/utf8.hpp"

namespace recapd::fuzz {
namespace {

using namespace gateway;
using namespace gateway::oidc;
using workflows::role;

const auto now = *workflows::parse_rfc3339("2026-11-23T14:30:00Z");
const expectation wanted{.issuer = "https://login.example",
                         .audience = "recap"};
constexpr std::string_view secret = "a-static-token";

/// Nobody has the private keys of these two.
const std::string rsa =
    R"({"kty":"RSA","kid":"r","alg":"RS256","e":"AQAB","n":")"
    "1ZyS3Jo313RzCnakp-tQKdAY14XAgwwzMikfhMEoNNmyfRpgTRi6y00Rl9N2_DPq"
    "w__5dJxIpBTLfOX9FQhs-JnsgepB2A3rH9acwX8dOGxXQpWdRG_6WOvLB0NcsQz6"
    "UO0WnHamC7XF2lz_7ap6wlxsVvCeKZqKl3_MR3VkWQavbSKNputgpar9IzLrZIDY"
    "JhuMxdQmcq_RFmvz0rUiNAETDYKaR01GsQmAFvC9YUJPjmwRdDS1KGb39ChqdUnx"
    "GvIuJtQ6PQ3TLXck68GN2qeSedBo8_2fiHuiC4e35pvnztmxwwkMW2cdTJHIxIv5"
    "eHE1trMV5Dpdx3RUc_Or5w"
    R"("})";
const std::string ec = R"({"kty":"EC","kid":"e","crv":"P-256","x":")"
                       "hadE2RtT7cr_tKQSLYA2I1GJ0SfRO8pCLvfsn3lrIak"
                       R"(","y":")"
                       "1cWBds8EnEAu7AiQbbFID20CJAWeWzYZ7K7hiBOqHng"
                       R"("})";

/// The one key that signs here, the same in each run.
EVP_PKEY *signing_key() {
  static const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      [] {
        const std::string seed(32, 's');
        return EVP_PKEY_new_raw_private_key(
            EVP_PKEY_ED25519, nullptr,
            reinterpret_cast<const unsigned char *>(seed.data()), seed.size());
      }(),
      &EVP_PKEY_free};
  require(key != nullptr, "there is a key");
  return key.get();
}

std::string public_key() {
  std::string out(32, '\0');
  auto size = out.size();
  require(
      EVP_PKEY_get_raw_public_key(
          signing_key(), reinterpret_cast<unsigned char *>(out.data()), &size)
          == 1,
      "a key has a public one");
  return out;
}

/// Returns the one signature of a text by the key, encoded.
std::string signature_of(std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
      EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  std::string out(64, '\0');
  auto size = out.size();
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                             signing_key())
                  == 1
              && EVP_DigestSign(
                     context.get(),
                     reinterpret_cast<unsigned char *>(out.data()), &size,
                     reinterpret_cast<const unsigned char *>(text.data()),
                     text.size())
                     == 1,
          "the key signs");
  return base64url(out);
}

const key_set &keys() {
  static const auto all =
      key_set::parse(R"({"keys":[)" + rsa + "," + ec
                     + R"(,{"kty":"OKP","kid":"d","crv":"Ed25519","x":")"
                     + base64url(public_key()) + R"("}]})");
  require(all && all->size() == 3, "the keys are read");
  return *all;
}

/// All that a person gets by a token is in its claims.
void check_person(const claims &said) {
  config::oidc how;
  how.roles = {{"teacher", role::tutor},
               {"pupil", role::student},
               {"help", role::support}};
  const auto who = caller_of(said, how);
  if (!who.has_value()) {
    require(who.error().why == unknown_caller::kind::forbidden
                && workflows::valid_utf8(who.error().detail),
            "who is nobody is told why", who.error().detail);
    return;
  }
  require((*who).proven.has_value(), "somebody is proven");
  for (const auto &one : (*who).persons())
    require(workflows::valid_id(one.id)
                && (one.as == role::tutor || one.as == role::student
                    || one.as == role::support),
            "a person has an id and a role", one.id);
  const auto &only = (*who).programs.only;
  require((*who).sees_all() || only || said.all.contains("programs"),
          "tutors and students have a programme");
  require(!only
              || (!only->empty()
                  && std::ranges::all_of(*only, workflows::valid_id)),
          "programmes have ids");
  require((*who).name.size() <= 256 && workflows::valid_utf8((*who).name),
          "a name is a short text", (*who).name);
}

/// What is taken was signed, is for the node, and holds now.
void read(std::string_view token) {
  const auto read = read_token(token, keys(), wanted, now);
  if (!read.has_value()) {
    const auto &wrong = read.error();
    require(!wrong.detail.empty() && workflows::valid_utf8(wrong.detail)
                && !(wrong.forged && wrong.unknown_key),
            "what is wrong is told", wrong.detail);
    return;
  }
  const auto dot = token.rfind('.');
  require(token.size() <= max_token_bytes
              && signature_of(token.substr(0, dot)) == token.substr(dot + 1),
          "what is taken was signed by the key", token);
  const auto &all = (*read).all;
  require(all.at("iss").as_string() == wanted.issuer, "it is the issuer's");
  require(text_of(all.at("aud")).find("\"recap\"") != std::string::npos,
          "it is for the node");
  require((*read).until > now, "it holds");
  check_person(*read);
}

void by_parts(std::string_view rest) {
  const auto header = take_line(rest);
  const auto said = take_line(rest);
  read(base64url(header) + "." + base64url(said) + "." + base64url(rest));
}

void by_key(std::string_view rest) {
  const auto header = take_line(rest);
  const auto text = base64url(header) + "." + base64url(rest);
  read(text + "." + signature_of(text));
}

void bearer(std::string_view field) {
  static const auto node = [] {
    config::settings s;
    s.auth = config::auth_mode::token;
    s.tokens = {{.secret = std::string{secret}, .as = {role::tutor, "ann"}}};
    return std::make_unique<authenticator>(s);
  }();
  const auto token = bearer_token(field);
  require(!token
              || (!token->empty() && token->front() != ' '
                  && field.find(*token) != std::string_view::npos),
          "a token is in its field", field);
  require(node->identify(field, now).has_value()
              == (token.has_value() && *token == secret),
          "a static token is known by the whole of it", field);
}

void provided(std::string_view text) {
  const auto set = key_set::parse(text);
  if (!set) return;
  for (const auto by : {algorithm::rs256, algorithm::es256, algorithm::eddsa})
    if (const auto *one = set->find(by, std::nullopt)) {
      require(one->by == by, "a key signs by its algorithm");
      require(!one->signed_token("e30.e30.AAAA"), "nothing signed that");
    }
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  if (mode == 't') read(rest);
  if (mode == 'p') by_parts(rest);
  if (mode == 's') by_key(rest);
  if (mode == 'b') bearer(rest);
  if (mode == 'k') provided(rest);
}

}  // namespace recapd::fuzz
