// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE durations
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

CAF_TEST(durations are sums of whole units from the largest down) {
  CAF_CHECK_EQUAL(parse_duration("90m")->count(), 5400);
  CAF_CHECK_EQUAL(parse_duration("72h")->count(), 259200);
  CAF_CHECK_EQUAL(parse_duration("3d")->count(), 259200);
  CAF_CHECK_EQUAL(parse_duration("45s")->count(), 45);
  CAF_CHECK_EQUAL(parse_duration("1h30m")->count(), 5400);
  CAF_CHECK_EQUAL(parse_duration("1d2h3m4s")->count(), 93784);
  CAF_CHECK_EQUAL(parse_duration("0h1s")->count(), 1);
}

CAF_TEST(anything but a positive duration is refused) {
  for (std::string_view text : {"",
                                "0s",
                                "0d0h",
                                "h",
                                "72",
                                "72 h",
                                " 72h",
                                "72h ",
                                "-1h",
                                "+1h",
                                "1.5h",
                                "1w",
                                "72H",
                                "30m1h",
                                "1h1h",
                                "1h30",
                                "99999999999999999999h",
                                "99999999999999d",
                                "100000000001s",
                                "1ms",
                                "null"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!parse_duration(text));
  }
}

CAF_TEST(durations are written in hours or minutes or seconds) {
  CAF_CHECK_EQUAL(format_duration(72h), "72h");
  CAF_CHECK_EQUAL(format_duration(90min), "90m");
  CAF_CHECK_EQUAL(format_duration(45s), "45s");
  CAF_CHECK_EQUAL(format_duration(3601s), "3601s");
  CAF_CHECK_EQUAL(format_duration(24h), "24h");
}
