// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE sign_in_cookies
#include <memory>

#include "gateway/http/cookies.hpp"
#include "gateway/oidc/key_ring.hpp"
#include "gateway/oidc/sign_in.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway::http;
using namespace std::chrono_literals;
using gateway::oidc::key_ring;
using gateway::oidc::own_path;

namespace {

/// The keys as a database might have them.
class given_keys final : public storage::key_store {
public:
  explicit given_keys(std::vector<storage::secret_key> keys)
      : keys_{std::move(keys)} {}
  std::vector<storage::secret_key> renewed(const storage::secret_key &,
                                           const storage::key_ages &) override {
    return keys_;
  }

private:
  std::vector<storage::secret_key> keys_;
};

std::unique_ptr<key_ring> ring_of(std::vector<storage::secret_key> keys) {
  return std::make_unique<key_ring>(
      [keys] { return std::make_unique<given_keys>(keys); }, 1h);
}

}  // namespace

CAF_TEST(what is sealed is opened for its purpose by who has the key) {
  const auto ring = ring_of({{"k", "secret", 1h}});
  const auto sealed = ring->seal("session", "who");
  CAF_REQUIRE(sealed.has_value());
  CAF_CHECK(sealed->starts_with("k."));
  CAF_CHECK(sealed->find("who") == std::string::npos);
  CAF_CHECK(ring->open("session", *sealed) == "who");
  CAF_CHECK(ring->seal("session", "who") != sealed);
  CAF_CHECK(!ring->open("sign-in", *sealed));
  CAF_CHECK(ring_of({{"k", "secret", 2h}})->open("session", *sealed) == "who");
  CAF_CHECK(!ring_of({{"k", "other", 1h}})->open("session", *sealed));
  CAF_CHECK(!ring_of({{"j", "secret", 1h}})->open("session", *sealed));
  CAF_CHECK(ring->open("session", *ring->seal("session", "")) == "");
}

CAF_TEST(no character of what was sealed may be another) {
  const auto ring = ring_of({{"k", "secret", 1h}});
  const auto sealed = *ring->seal("session", "who");
  for (std::size_t i = 2; i + 1 < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CAF_CHECK(!ring->open("session", changed));
  }
  for (const auto &bad :
       {std::string{}, std::string{"k"}, std::string{"k."}, std::string{"k.A"},
        sealed + "A", sealed + ".", sealed.substr(0, sealed.size() - 4)})
    CAF_CHECK(!ring->open("session", bad));
}

CAF_TEST(a new key opens at once and seals when every node knows it) {
  const auto sealed_by = [](std::chrono::seconds age) {
    const auto ring = ring_of({{"new", "b", age}, {"old", "a", 24h}});
    return ring->seal("session", "who")->substr(0, 3);
  };
  CAF_CHECK_EQUAL(sealed_by(29s), "old");
  CAF_CHECK_EQUAL(sealed_by(30s), "new");
  const auto first = ring_of({{"new", "b", 0s}});
  CAF_CHECK(first->seal("session", "who")->starts_with("new."));
  const auto both = ring_of({{"new", "b", 0s}, {"old", "a", 24h}});
  CAF_CHECK(both->open("session", *first->seal("session", "who")) == "who");
}

CAF_TEST(without a key nothing is sealed) {
  const auto ring = ring_of({});
  CAF_CHECK(!ring->seal("session", "who"));
  CAF_CHECK(!ring->open("session", "k.AAAA"));
}

CAF_TEST(a cookie is found by its whole name) {
  CAF_CHECK_EQUAL(cookie_in("recapd=a", "recapd"), "a");
  CAF_CHECK_EQUAL(cookie_in("x=1; recapd=a.b-c_; y=2", "recapd"), "a.b-c_");
  CAF_CHECK_EQUAL(cookie_in("recapd-login=a;recapd=b", "recapd"), "b");
  CAF_CHECK_EQUAL(cookie_in("recapd=a; recapd=b", "recapd"), "a");
  for (const auto *none :
       {"", "recapd", "recapd=", "Recapd=a", "xrecapd=a", "x=recapd=a", ";;=;"})
    CAF_CHECK_EQUAL(cookie_in(none, "recapd"), "");
}

CAF_TEST(where all comes by TLS a cookie is for TLS alone) {
  CAF_CHECK_EQUAL(set_cookie("recapd", "v", {.secure = true}, 60s),
                  "__Host-recapd=v; Path=/; Max-Age=60; HttpOnly; "
                  "SameSite=Lax; Secure");
  CAF_CHECK_EQUAL(set_cookie("recapd", "", {}, 0s),
                  "recapd=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}

CAF_TEST(below a path a cookie is for what is below it alone) {
  CAF_CHECK_EQUAL(set_cookie("recapd", "v", {true, "/recapd/"}, 60s),
                  "__Secure-recapd=v; Path=/recapd/; Max-Age=60; HttpOnly; "
                  "SameSite=Lax; Secure");
  CAF_CHECK_EQUAL(set_cookie("recapd", "v", {false, "/recapd/"}, 60s),
                  "recapd=v; Path=/recapd/; Max-Age=60; HttpOnly; "
                  "SameSite=Lax");
}

CAF_TEST(a sign - in that was begun has a cookie of its own) {
  const cookie_site plain, below{.secure = true, .path = "/x/"};
  const auto one = login_cookie("0123456789abcdef0123"),
             other = login_cookie("1123456789abcdef0123");
  CAF_CHECK_EQUAL(one, "recapd-login-0123456789abcdef");
  CAF_CHECK(one != other && login_cookie("") == "recapd-login-");
  const std::vector<std::string> both{one, other};
  CAF_CHECK(login_cookies_in(one + "=a; recapd=b; " + other + "=c", plain)
            == both);
  CAF_CHECK(
      login_cookies_in("__Secure-" + one + "=a;__Secure-" + other + "=c", below)
      == both);
  CAF_CHECK(login_cookies_in("recapd=b; x" + one + "=a", plain).empty());
  CAF_CHECK(login_cookies_in(one + "=a", below).empty());
}

CAF_TEST(a cookie counts where a page of this site may have sent it) {
  using fields = std::vector<std::pair<std::string_view, std::string_view>>;
  const auto counts = [](std::string_view method, page from,
                         const fields &headers = {}) {
    return cookie_counts(method, from, headers);
  };
  for (const auto *method : {"GET", "HEAD"}) {
    CAF_CHECK(counts(method, page::none) && counts(method, page::own));
    CAF_CHECK(!counts(method, page::listed) && !counts(method, page::foreign));
  }
  CAF_CHECK(counts("POST", page::own));
  for (const auto from : {page::none, page::listed, page::foreign})
    CAF_CHECK(!counts("POST", from));
  CAF_CHECK(counts("PUT", page::none, {{"Sec-Fetch-Site", "same-origin"}}));
  for (const auto *site : {"none", "same-site", "cross-site", ""})
    CAF_CHECK(!counts("POST", page::none, {{"Sec-Fetch-Site", site}}));
}

CAF_TEST(a sign - in leads to paths of this site alone) {
  for (const auto *own : {"/", "/a/b?c=d#e", "/%2F"})
    CAF_CHECK(own_path(own));
  for (const auto *other : {"", "a", "//a", "/\\a", "https://a", "/a b", "/\t",
                            "/\x7f", "/\xc3\xa4"})
    CAF_CHECK(!own_path(other));
  CAF_CHECK(!own_path("/" + std::string(1024, 'a')));
}
