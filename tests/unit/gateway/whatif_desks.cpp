// The what-if desk: one job at a time.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE whatif_desks
#include <future>

#include "gateway/http/whatif_desk.hpp"

#include "caf/test/unit_test.hpp"

using recapd::gateway::http::whatif_desk;

CAF_TEST(a desk is reserved until its place is let go) {
  whatif_desk desk;
  auto place = desk.reserve();
  CAF_CHECK(place != nullptr);
  CAF_CHECK(desk.reserve() == nullptr);
  std::promise<void> done;
  desk.begin([place = std::move(place), &done]() mutable {
    place.reset();
    done.set_value();
  });
  done.get_future().wait();
  CAF_CHECK(desk.reserve() != nullptr);
}

CAF_TEST(a desk that is closed has waited for its job and takes no other) {
  whatif_desk desk;
  bool ended = false;
  auto place = desk.reserve();
  desk.begin([place = std::move(place), &ended]() mutable {
    place.reset();
    ended = true;
  });
  desk.finish();
  CAF_CHECK(ended);
  CAF_CHECK(desk.reserve() == nullptr);
}
