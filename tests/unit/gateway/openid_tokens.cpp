// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE openid_tokens
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/oidc/base64url.hpp"
#include "gateway/oidc/person.hpp"
#include "gateway/oidc/token.hpp"
#include "signer.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway::oidc;
using namespace std::chrono_literals;
using gateway::caller;
using gateway::test::sign_hs256;
using gateway::test::signer;
using workflows::role;
namespace json = boost::json;

namespace {

const expectation wanted{.issuer = "https://login.example",
                         .audience = "recap"};
constexpr std::int64_t now_s = 1'800'000'000;
constexpr workflows::instant now{std::chrono::seconds{now_s}};

std::string set_of(std::initializer_list<json::object> keys) {
  json::array list;
  for (const auto &one : keys)
    list.push_back(one);
  return json::serialize(json::object{{"keys", std::move(list)}});
}

/// Keys are slow to make: all tests share these.
struct known {
  signer rsa{"RS256", "r"};
  signer ec{"ES256", "e"};
  signer ed{"EdDSA", "d"};
  key_set keys = *key_set::parse(set_of({rsa.jwk(), ec.jwk(), ed.jwk()}));
};

const known &all() {
  static const known one;
  return one;
}

json::object claims_with(const json::object &other = {}) {
  json::object out{{"iss", wanted.issuer},
                   {"aud", wanted.audience},
                   {"sub", "ann"},
                   {"exp", now_s + 600}};
  for (const auto &m : other)
    out[m.key()] = m.value();
  return out;
}

/// What is said of a token; `taken` if it holds.
std::string verdict(std::string_view token) {
  const auto read = read_token(token, all().keys, wanted, now);
  return read.has_value() ? "taken" : read.error().detail;
}

bool says(std::string_view token, std::string_view part) {
  const auto said = verdict(token);
  if (said.find(part) != std::string::npos) return true;
  CAF_MESSAGE("says: " << said);
  return false;
}

config::oidc settings() {
  config::oidc how;
  how.roles = {{"teacher", role::tutor},
               {"pupil", role::student},
               {"help", role::support}};
  return how;
}

gateway::identified person(const json::object &said) {
  return caller_of({.all = said, .until = now}, settings());
}

}  // namespace

CAF_TEST(each allowed algorithm is taken by its own kind of key) {
  for (const auto *by : {&all().rsa, &all().ec, &all().ed})
    CAF_CHECK_EQUAL(verdict(by->sign(claims_with())), "taken");
}

CAF_TEST(no other algorithm is taken whatever key is named) {
  const auto &[rsa, ec, ed, keys] = all();
  for (const auto *alg : {"none", "None", "HS256", "RS384", "RS512", "PS256",
                          "ES384", "ES256K", "rs256", ""})
    CAF_CHECK(says(rsa.sign(claims_with(), {{"alg", alg}}), "algorithm"));
  CAF_CHECK(says(rsa.sign(claims_with(), {{"alg", nullptr}}), "algorithm"));
  for (const auto *by : {&rsa, &ec, &ed})
    CAF_CHECK(says(sign_hs256(claims_with(), by->pem(), "r"), "algorithm"));
}

CAF_TEST(a key signs by the algorithm of its kind alone) {
  const auto &[rsa, ec, ed, keys] = all();
  CAF_CHECK(
      says(rsa.sign(claims_with(), {{"alg", "ES256"}}), "not known here"));
  CAF_CHECK(says(ec.sign(claims_with(), {{"alg", "RS256"}}), "not known here"));
  CAF_CHECK(says(ec.sign(claims_with(), {{"alg", "RS256"}, {"kid", "r"}}),
                 "signature"));
  CAF_CHECK(says(ed.sign(claims_with(), {{"alg", "ES256"}, {"kid", "e"}}),
                 "signature"));
  CAF_CHECK(says(rsa.sign(claims_with(), {{"alg", "EdDSA"}, {"kid", "d"}}),
                 "signature"));
}

CAF_TEST(another key of a known name has signed nothing) {
  const signer other{"RS256", "r"};
  CAF_CHECK(says(other.sign(claims_with()), "signature"));
  CAF_CHECK(
      says(other.sign(claims_with(), {{"jwk", other.jwk()}}), "signature"));
}

CAF_TEST(an unknown key is told apart from a forgery) {
  const signer other{"EdDSA", "new"};
  const auto read =
      read_token(other.sign(claims_with()), all().keys, wanted, now);
  CAF_REQUIRE(read.has_error());
  CAF_CHECK(read.error().unknown_key);
  CAF_CHECK(!read.error().forged);
}

CAF_TEST(a token without a key id is the only keys of its algorithm) {
  const signer two{"EdDSA", "two"};
  const auto bare = [](const signer &by) {
    auto out = by.jwk();
    out.erase("kid");
    return out;
  };
  const auto one = *key_set::parse(set_of({bare(all().ed), all().rsa.jwk()}));
  const auto both = *key_set::parse(set_of({all().ed.jwk(), two.jwk()}));
  CAF_CHECK(one.find(algorithm::eddsa, std::nullopt) != nullptr);
  CAF_CHECK(one.find(algorithm::eddsa, "d") == nullptr);
  CAF_CHECK(both.find(algorithm::eddsa, std::nullopt) == nullptr);
  CAF_CHECK(both.find(algorithm::eddsa, "two") != nullptr);
}

CAF_TEST(critical header members are refused) {
  for (const auto &crit : {json::value(json::array{"exp"}), json::value("x"),
                           json::value(nullptr)})
    CAF_CHECK(says(all().rsa.sign(claims_with(), {{"crit", crit}}), "crit"));
}

CAF_TEST(a token is of the issuer and for the audience) {
  const auto with = [](const char *name, const json::value &v) {
    return all().ec.sign(claims_with({{name, v}}));
  };
  CAF_CHECK(says(with("iss", "https://login.example/"), "(iss)"));
  CAF_CHECK(says(with("iss", nullptr), "(iss)"));
  CAF_CHECK(says(with("aud", "recap2"), "(aud)"));
  CAF_CHECK(says(with("aud", json::array{}), "(aud)"));
  CAF_CHECK(says(with("aud", json::array{"a", 1}), "(aud)"));
  CAF_CHECK(says(with("aud", nullptr), "(aud)"));
  CAF_CHECK_EQUAL(verdict(with("aud", json::array{"a", "recap"})), "taken");
}

CAF_TEST(a token holds from nbf to exp with a minute of leeway) {
  const auto with = [](const char *name, const json::value &v) {
    return all().ed.sign(claims_with({{name, v}}));
  };
  CAF_CHECK_EQUAL(verdict(with("exp", now_s - 59)), "taken");
  CAF_CHECK(says(with("exp", now_s - 60), "expired"));
  CAF_CHECK_EQUAL(verdict(with("nbf", now_s + 60)), "taken");
  CAF_CHECK(says(with("nbf", now_s + 61), "(nbf)"));
  CAF_CHECK(says(with("nbf", "soon"), "(nbf)"));
  for (const auto &end :
       {json::value(nullptr), json::value("1"), json::value(-1)})
    CAF_CHECK(says(with("exp", end), "(exp)"));
  CAF_CHECK_EQUAL(verdict(with("exp", 1e300)), "taken");
  const auto read =
      read_token(with("exp", now_s + 5.5), all().keys, wanted, now);
  CAF_REQUIRE(read.has_value());
  CAF_CHECK((*read).until == now + 65s);
}

CAF_TEST(what is no token is refused) {
  const auto good = all().ed.sign(claims_with());
  const auto dot = good.find('.');
  const auto second = good.find('.', dot + 1);
  const auto head = good.substr(0, dot);
  const auto text = good.substr(0, second);
  const auto signature = good.substr(second + 1);
  for (const auto &bad :
       {std::string{}, std::string{"."}, std::string{".."}, head, text,
        good + "." + signature, good + "=", " " + good, head + "=." + text,
        "e30." + good.substr(dot + 1), "W10." + good.substr(dot + 1),
        std::string(100'000, 'a'), std::string{"a.b.c"},
        std::string{"\xff.\xff.\xff"}})
    CAF_CHECK(read_token(bad, all().keys, wanted, now).has_error());
  CAF_CHECK(says(text + ".", "signature"));
  CAF_CHECK(says(text + "." + signature.substr(4), "signature"));
  CAF_CHECK(says(text + ".AAAA" + signature.substr(4), "signature"));
  const auto twice = base64url(R"({"alg":"none","alg":"EdDSA","kid":"d"})");
  CAF_CHECK(says(twice + good.substr(dot), "no signed JWT"));
  CAF_CHECK(says(all().ed.sign(claims_with({{"x", std::string(8192, 'x')}})),
                 "no signed JWT"));
}

CAF_TEST(a token with padding anywhere is refused by each kind of key) {
  for (const auto *by : {&all().rsa, &all().ec, &all().ed}) {
    const auto good = by->sign(claims_with());
    const auto first = good.find('.');
    const auto second = good.find('.', first + 1);
    const auto text = good.substr(0, second + 1);
    const auto size = good.size() - second - 1;
    for (const auto &signature :
         {std::string{"="}, std::string{"A=AA"}, std::string{"AA=A"},
          std::string{"AA=="}, std::string(size, '='),
          std::string(size - 2, 'A') + "=A", good.substr(second + 1) + "="})
      CAF_CHECK(says(text + signature, "signature"));
    for (const auto *body : {"=", "e=30", "e30=", "e"})
      CAF_CHECK(says(good.substr(0, first + 1) + body + good.substr(second),
                     "signature"));
  }
}

CAF_TEST(keys that sign no token here are left out of a set) {
  const auto size = [](const json::object &one) {
    return key_set::parse(set_of({one}))->size();
  };
  const auto changed = [](json::object jwk, const char *name,
                          const json::value &v) {
    jwk[name] = v;
    return jwk;
  };
  const auto &rsa = all().rsa;
  CAF_CHECK_EQUAL(size(rsa.jwk()), 1u);
  CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "use", "enc")), 0u);
  CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "alg", "RS512")), 0u);
  CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "alg", "ES256")), 0u);
  CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "n", "AQAB")), 0u);
  CAF_CHECK_EQUAL(size(changed(all().ec.jwk(), "crv", "P-384")), 0u);
  CAF_CHECK_EQUAL(size(changed(all().ec.jwk(), "x", all().rsa.jwk()["n"])), 0u);
  CAF_CHECK_EQUAL(size(changed(all().ed.jwk(), "x", "AAAA")), 0u);
  for (const auto *wrong : {"", "=", "A=AA", "AA=A", "AA==", "A"}) {
    CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "n", wrong)), 0u);
    CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "e", wrong)), 0u);
    CAF_CHECK_EQUAL(size(changed(all().ec.jwk(), "y", wrong)), 0u);
  }
  CAF_CHECK_EQUAL(size(changed(rsa.jwk(), "d", "A=AA")), 1u);
  CAF_CHECK_EQUAL(size({{"kty", "oct"}, {"k", "AAAA"}, {"alg", "HS256"}}), 0u);
  CAF_CHECK_EQUAL(size({{"kty", "OKP"}, {"crv", "Ed25519"}}), 0u);
  CAF_CHECK_EQUAL(size(signer{"RS256", "small", 1024}.jwk()), 0u);
  for (const auto *text : {"", "[]", "{}", R"({"keys":{}})", "x"})
    CAF_CHECK(!key_set::parse(text));
  CAF_CHECK_EQUAL(key_set::parse(R"({"keys":[1,{}]})")->size(), 0u);
}

CAF_TEST(claims name a person in all their roles) {
  const auto one = person({{"sub", "ann"}, {"role", "teacher"}});
  CAF_REQUIRE(one.has_value());
  CAF_CHECK((*(*one).proven == workflows::person{role::tutor, "ann"}));
  CAF_CHECK((*one).others.empty());
  CAF_CHECK(!(*one).programs.includes("night"));
  CAF_CHECK((*one).until == now);

  const auto both = person({{"sub", "ann"},
                            {"role", json::array{"x", "pupil", "teacher"}},
                            {"name", "Ann"}});
  CAF_REQUIRE(both.has_value());
  CAF_CHECK_EQUAL((*both).persons().size(), 2u);
  CAF_CHECK((*both).has_role(role::tutor) && (*both).has_role(role::student));
  CAF_CHECK((*both).programs.includes("default"));
  CAF_CHECK(!(*both).sees_all());
  CAF_CHECK((*both).viewer("ann").sees_pay());
  CAF_CHECK(!(*both).viewer("zoe").sees_pay());
  CAF_CHECK_EQUAL((*both).name, "Ann");

  const auto help = person({{"sub", "ann"},
                            {"role", json::array{"pupil", "help"}},
                            {"name", "A\nB"}});
  CAF_REQUIRE(help.has_value());
  CAF_CHECK((*help).programs.includes("night"));
  CAF_CHECK((*help).programs_as(role::support).includes("night"));
  CAF_CHECK(!(*help).programs_as(role::student).includes("night"));
  CAF_CHECK((*help).programs_as(role::student).includes("default"));
  CAF_CHECK((*help).viewer("zoe").sees_pay());
  CAF_CHECK((*help).name.empty());
}

CAF_TEST(claims name programmes) {
  const auto in = [](const json::value &list) {
    return person({{"sub", "ann"}, {"role", "help"}, {"programs", list}});
  };
  CAF_CHECK(!(*in(json::array{"*"})).programs.only);
  CAF_CHECK(!(*in("*")).programs.only);
  CAF_CHECK((*in("*")).programs_as(role::tutor).includes("night"));
  CAF_CHECK(((*in(json::array{"a", "b"})).programs.only
             == std::vector<std::string>{"a", "b"}));
  for (const auto &bad :
       {json::value(json::array{}), json::value(nullptr), json::value(7),
        json::value(json::array{"a", 1}), json::value(json::array{"a", "*"}),
        json::value("no spaces")})
    CAF_CHECK(in(bad).has_error());
}

CAF_TEST(claims that name nobody here are forbidden) {
  for (const auto &said : std::vector<json::object>{
           {{"role", "teacher"}},
           {{"sub", "auth0|1"}, {"role", "teacher"}},
           {{"sub", 7}, {"role", "teacher"}},
           {{"sub", "ann"}},
           {{"sub", "ann"}, {"role", "tutor"}},
           {{"sub", "ann"}, {"role", json::array{}}},
           {{"sub", "ann"}, {"role", json::array{"teacher", 1}}},
           {{"sub", "ann"}, {"role", json::object{{"teacher", true}}}}}) {
    const auto read = person(said);
    CAF_REQUIRE(read.has_error());
    CAF_CHECK(read.error().why == gateway::unknown_caller::kind::forbidden);
  }
}
