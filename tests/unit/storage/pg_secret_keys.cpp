// Secret keys: made once, renewed, and gone.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_secret_keys
#include <future>
#include <set>

#include "pg_fixture.hpp"
#include "storage/postgres/secret_keys.hpp"

using namespace std::chrono_literals;

namespace {

constexpr key_ages ages{.renewed = 100s, .kept = 300s};

struct fixture : raw_fixture {
  std::unique_ptr<key_store> keys = open_secret_keys({database.url()});

  fixture() { raw.script("DELETE FROM secret_keys"); }

  std::string renewed(const std::string &fresh) {
    std::string all;
    for (const auto &key :
         keys->renewed({.id = fresh, .secret = "of " + fresh}, ages))
      all += key.id + "=" + key.secret + " ";
    return all;
  }
  void pass(const std::string &time) {
    raw.script("UPDATE secret_keys SET made_at = made_at - interval '" + time
               + "'");
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_secret_keys_tests, fixture)

CAF_TEST(a key is made where there is none and stays until it is due) {
  CAF_CHECK_EQUAL(renewed("a"), "a=of a ");
  CAF_CHECK_EQUAL(renewed("b"), "a=of a ");
  pass("90 s");
  CAF_CHECK_EQUAL(renewed("b"), "a=of a ");
  const auto age = keys->renewed({.id = "b", .secret = "b"}, ages).front().age;
  CAF_CHECK(age >= 90s && age < 100s);
}

CAF_TEST(a newer key is made in time and older ones are kept for a while) {
  (void)renewed("a");
  pass("100 s");
  CAF_CHECK_EQUAL(renewed("b"), "b=of b a=of a ");
  pass("100 s");
  CAF_CHECK_EQUAL(renewed("c"), "c=of c b=of b a=of a ");
  pass("99 s");
  CAF_CHECK_EQUAL(renewed("d"), "c=of c b=of b a=of a ");
  pass("1 s");
  CAF_CHECK_EQUAL(renewed("d"), "d=of d c=of c b=of b ");
}

CAF_TEST(nodes that ask at once get the same key) {
  std::vector<std::future<std::string>> asked;
  for (int i = 0; i < 8; ++i)
    asked.push_back(std::async(std::launch::async, [this, i] {
      const auto own = open_secret_keys({database.url()});
      const auto all =
          own->renewed({.id = "k" + std::to_string(i), .secret = "s"}, ages);
      return all.size() == 1 ? all.front().id : "several";
    }));
  std::set<std::string> ids;
  for (auto &one : asked)
    ids.insert(one.get());
  CAF_CHECK_EQUAL(ids.size(), 1u);
  CAF_CHECK(!ids.contains("several"));
}

CAF_TEST_FIXTURE_SCOPE_END()
