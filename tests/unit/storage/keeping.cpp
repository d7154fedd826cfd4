// Policies and the manual clock, kept across nodes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE keeping
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

STORE_TEST(a policy gets a new version only when it differs from the latest) {
  CAF_CHECK(w.s->load_policies().empty());
  CAF_CHECK_EQUAL(w.s->save_policy("{\"a\":1}"), 1);
  CAF_CHECK_EQUAL(w.s->save_policy("{\"a\":1}"), 1);
  CAF_CHECK_EQUAL(w.s->save_policy("{\"a\":2}"), 2);
  const auto other = w.open();
  CAF_CHECK_EQUAL(other->save_policy("{\"a\":2}"), 2);
  CAF_CHECK_EQUAL(other->save_policy("{\"a\":1}"), 3);
  const auto all = w.s->load_policies();
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(all[0].version, 1);
  CAF_CHECK_EQUAL(all[1].body, "{\"a\":2}");
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
