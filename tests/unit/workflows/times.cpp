// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE times
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

/// The text of the instant a text names, or `refused`.
std::string reread(std::string_view text) {
  const auto t = parse_rfc3339(text);
  return t ? format_rfc3339(*t) : "refused";
}

}  // namespace

CAF_TEST(a time in UTC is read to the microsecond) {
  CAF_CHECK_EQUAL(at("1970-01-01T00:00:00Z").time_since_epoch().count(), 0);
  CAF_CHECK_EQUAL(at("2026-11-23T14:30:00.000001Z").time_since_epoch().count(),
                  1795444200000001);
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00Z"), "2026-11-23T14:30:00Z");
  CAF_CHECK_EQUAL(reread("2024-02-29T00:00:00z"), "2024-02-29T00:00:00Z");
  CAF_CHECK_EQUAL(reread("2026-11-23t14:30:00Z"), "2026-11-23T14:30:00Z");
}

CAF_TEST(offsets are taken off) {
  CAF_CHECK_EQUAL(reread("2026-11-23T09:30:00-05:00"), "2026-11-23T14:30:00Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T20:15:00+05:45"), "2026-11-23T14:30:00Z");
  CAF_CHECK_EQUAL(reread("2026-01-01T00:30:00+01:00"), "2025-12-31T23:30:00Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00-00:00"), "2026-11-23T14:30:00Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00+23:59"), "2026-11-22T14:31:00Z");
}

CAF_TEST(fractions have three or six digits and the rest is cut) {
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00.5Z"), "2026-11-23T14:30:00.500Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00.120Z"),
                  "2026-11-23T14:30:00.120Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00.0001Z"),
                  "2026-11-23T14:30:00.000100Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00.9999999999Z"),
                  "2026-11-23T14:30:00.999999Z");
  CAF_CHECK_EQUAL(reread("2026-11-23T14:30:00.000Z"), "2026-11-23T14:30:00Z");
}

CAF_TEST(a leap second reads as the next second) {
  CAF_CHECK_EQUAL(reread("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
  CAF_CHECK_EQUAL(reread("2016-12-31T18:59:60-05:00"), "2017-01-01T00:00:00Z");
  CAF_CHECK_EQUAL(reread("2016-12-31T22:59:60Z"), "refused");
}

CAF_TEST(the years from 1970 to 9999 are read) {
  CAF_CHECK_EQUAL(reread("1969-12-31T23:59:59Z"), "refused");
  CAF_CHECK_EQUAL(reread("1970-01-01T00:59:59+01:00"), "refused");
  CAF_CHECK_EQUAL(reread("1969-12-31T23:30:00-01:00"), "1970-01-01T00:30:00Z");
  CAF_CHECK_EQUAL(reread("9999-12-31T23:59:59.999999Z"),
                  "9999-12-31T23:59:59.999999Z");
  CAF_CHECK_EQUAL(reread("9999-12-31T23:59:59-00:01"), "refused");
  CAF_CHECK_EQUAL(reread("9999-12-31T23:59:60Z"), "refused");
}

CAF_TEST(anything but RFC 3339 is refused) {
  for (std::string_view text : {"",
                                "now",
                                "2026-11-23",
                                "2026-11-23T14:30:00",
                                "2026-11-23T14:30Z",
                                "2026-11-23 14:30:00Z",
                                "2026-11-23T14:30:00 Z",
                                "2026-11-23T14:30:00Z ",
                                " 2026-11-23T14:30:00Z",
                                "2026-11-23T14:30:00ZZ",
                                "2026-11-23T14:30:00.Z",
                                "2026-11-23T14:30:00,5Z",
                                "2026-11-23T14:30:00+5:00",
                                "2026-11-23T14:30:00+0500",
                                "2026-11-23T14:30:00+05",
                                "2026-11-23T14:30:00+24:00",
                                "2026-11-23T14:30:00+05:60",
                                "2026-11-23T24:00:00Z",
                                "2026-11-23T14:60:00Z",
                                "2026-11-23T14:30:61Z",
                                "2026-02-29T00:00:00Z",
                                "2026-13-01T00:00:00Z",
                                "2026-00-01T00:00:00Z",
                                "2026-11-31T00:00:00Z",
                                "2026-11-00T00:00:00Z",
                                "26-11-23T14:30:00Z",
                                "02026-11-23T14:30:00Z",
                                "+2026-11-23T14:30:00Z",
                                "2026-1-23T14:30:00Z",
                                "2026-11-23T1 :30:00Z",
                                "20261123T143000Z"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!parse_rfc3339(text));
    CAF_CHECK(!is_rfc3339(text));
  }
  CAF_CHECK(!parse_rfc3339(std::string_view{"2026-11-23T14:30:00Z\0", 21}));
}

CAF_TEST(years without a place here are RFC 3339 all the same) {
  for (const auto *text :
       {"0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59",
        "1969-12-31T23:59:59.5Z", "9999-12-31T23:59:59-00:01"}) {
    CAF_CHECK(is_rfc3339(text));
    CAF_CHECK(!parse_rfc3339(text));
  }
  CAF_CHECK(is_rfc3339("1970-01-01T00:00:00Z"));
}
