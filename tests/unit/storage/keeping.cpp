// Policies and the manual clock, kept across nodes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE keeping
#include <array>
#include <limits>
#include <string>

#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

/// Saves a policy and returns `RESULT NEWEST`.
std::string save(store &s, const std::string &body,
                 std::optional<int> base = {}) {
  const auto saved = s.save_policy(
      {.body = body, .by = "admin:ada", .note = "as agreed", .base = base});
  constexpr std::array words{"fresh ", "same ", "moved "};
  return words.at(static_cast<std::size_t>(saved.what))
         + std::to_string(saved.newest);
}

}  // namespace

STORE_TEST(a policy gets a new version only when it differs from the latest) {
  w.s->save_manual_clock(at(5));
  CAF_CHECK(w.s->load_policies().empty());
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":1}"), "fresh 1");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":1}"), "same 1");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":2}"), "fresh 2");
  const auto other = w.open();
  CAF_CHECK_EQUAL(save(*other, "{\"a\":2}"), "same 2");
  CAF_CHECK_EQUAL(save(*other, "{\"a\":1}"), "fresh 3");
  const auto all = w.s->load_policies();
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(all[0].version, 1);
  CAF_CHECK_EQUAL(all[1].body, "{\"a\":2}");
  CAF_CHECK_EQUAL(all[1].by, "admin:ada");
  CAF_CHECK_EQUAL(all[1].note, "as agreed");
  CAF_CHECK(all[1].at == at(5));
  const auto later = w.s->load_policies(2);
  CAF_REQUIRE_EQUAL(later.size(), 1u);
  CAF_CHECK_EQUAL(later[0].version, 3);
  CAF_CHECK(w.s->load_policies(3).empty());
}

STORE_TEST(policies are listed the newest first in pages without bodies) {
  for (const auto *body : {"1", "2", "3", "4"})
    (void)save(*w.s, body);
  const auto first = w.s->list_policies(std::numeric_limits<int>::max(), 2);
  CAF_REQUIRE_EQUAL(first.size(), 2u);
  CAF_CHECK(first.more);
  CAF_CHECK_EQUAL(first[0].version, 4);
  CAF_CHECK_EQUAL(first[0].note, "as agreed");
  CAF_CHECK_EQUAL(first[0].body, "");
  const auto rest = w.s->list_policies(first[1].version, 2);
  CAF_REQUIRE_EQUAL(rest.size(), 2u);
  CAF_CHECK(!rest.more);
  CAF_CHECK_EQUAL(rest[1].version, 1);
}

STORE_TEST(a policy that was made from another than the newest is not saved) {
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":1}", 1), "moved 0");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":1}", 0), "fresh 1");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":2}", 0), "moved 1");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":1}", 0), "moved 1");
  CAF_CHECK_EQUAL(save(*w.s, "{\"a\":2}", 1), "fresh 2");
  CAF_CHECK_EQUAL(w.s->load_policies().size(), 2u);
}

STORE_TEST(the manual clock stands where it was left) {
  CAF_CHECK(!w.s->load_manual_clock());
  w.s->save_manual_clock(at(5));
  w.s->save_manual_clock(at(6) + std::chrono::microseconds{1});
  CAF_CHECK(w.open()->load_manual_clock()
            == at(6) + std::chrono::microseconds{1});
  w.s->save_manual_clock(std::nullopt);
  CAF_CHECK(w.s->load_manual_clock() == at(6) + std::chrono::microseconds{1});
}
