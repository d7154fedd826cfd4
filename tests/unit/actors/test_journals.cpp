// Which journal commits go to.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE journals
#include "actors/journal_loads.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::actors;

namespace {

std::vector<journal_place> take(const std::shared_ptr<journal_loads> &loads,
                                std::size_t commits) {
  std::vector<journal_place> places;
  for (std::size_t i = 0; i < commits; ++i)
    places.emplace_back(loads, loads->pick());
  return places;
}

}  // namespace

CAF_TEST(few commits share a journal) {
  const auto loads = std::make_shared<journal_loads>(2, 10);
  const auto few = take(loads, 10);
  CAF_CHECK_EQUAL(loads->pick(), 1u);
}

CAF_TEST(many are spread evenly) {
  const auto loads = std::make_shared<journal_loads>(3, 10);
  auto many = take(loads, 30);
  const auto next = loads->pick();
  const journal_place one{loads, next};
  CAF_CHECK_NOT_EQUAL(loads->pick(), next);
}

CAF_TEST(a journal that is done is the first again) {
  const auto loads = std::make_shared<journal_loads>(2, 10);
  auto many = take(loads, 15);
  CAF_CHECK_EQUAL(loads->pick(), 1u);
  many.clear();
  CAF_CHECK_EQUAL(loads->pick(), 0u);
}
