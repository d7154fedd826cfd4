// Quiet hours, and the days on which clocks are changed.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE quiet_times
#include "workflows/quiet_hours.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::workflows;

namespace {

quiet_hours hours(std::string_view from, std::string_view to) {
  return {.from = parse_time_of_day(from).value(),
          .to = parse_time_of_day(to).value()};
}

/// Returns the end of the quiet hours in which a moment is, or `-`.
std::string end_of(const quiet_hours &quiet, std::string_view at,
                   std::string_view zone) {
  const auto end = quiet_until(quiet, parse_rfc3339(at).value(), zone);
  return end ? format_rfc3339(*end) : "-";
}

}  // namespace

CAF_TEST(a time of day is two digits and two digits) {
  CAF_CHECK(parse_time_of_day("22:05") == std::chrono::minutes{22 * 60 + 5});
  CAF_CHECK_EQUAL(format_time_of_day(std::chrono::minutes{65}), "01:05");
  for (const auto *bad :
       {"", "7:00", "24:00", "12:60", "12.30", "1a:00", "12:00 "})
    CAF_CHECK(!parse_time_of_day(bad));
}

CAF_TEST(quiet hours are by the clocks of a place and over midnight) {
  const auto night = hours("22:00", "07:00");
  const auto *zone = "America/New_York";
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T02:59:59Z", zone), "-");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T03:00:00Z", zone),
                  "2026-11-24T12:00:00Z");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T11:59:59.999Z", zone),
                  "2026-11-24T12:00:00Z");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T12:00:00Z", zone), "-");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T03:00:00Z", "Asia/Kolkata"), "-");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T00:00:00Z", "Asia/Kolkata"),
                  "2026-11-24T01:30:00Z");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-24T23:00:00Z", "Mars/Base"),
                  "2026-11-25T07:00:00Z");
}

CAF_TEST(quiet hours may be in the middle of the day) {
  const auto noon = hours("12:00", "13:30");
  CAF_CHECK_EQUAL(end_of(noon, "2026-11-24T11:59:00Z", "UTC"), "-");
  CAF_CHECK_EQUAL(end_of(noon, "2026-11-24T12:00:00Z", "UTC"),
                  "2026-11-24T13:30:00Z");
  CAF_CHECK_EQUAL(end_of(noon, "2026-11-24T13:30:00Z", "UTC"), "-");
}

CAF_TEST(the morning comes by the clocks of that morning) {
  const auto night = hours("22:00", "07:00");
  const auto *zone = "America/New_York";
  // 2026-03-08: an hour is left out; 2026-11-01: one comes twice.
  CAF_CHECK_EQUAL(end_of(night, "2026-03-08T04:00:00Z", zone),
                  "2026-03-08T11:00:00Z");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-01T03:00:00Z", zone),
                  "2026-11-01T12:00:00Z");
}

CAF_TEST(an end that is left out is when the clocks go on) {
  CAF_CHECK_EQUAL(end_of(hours("22:00", "02:30"), "2026-03-08T05:00:00Z",
                         "America/New_York"),
                  "2026-03-08T07:00:00Z");
}

CAF_TEST(an end that comes twice is the first) {
  const auto night = hours("22:00", "01:30");
  const auto *zone = "America/New_York";
  CAF_CHECK_EQUAL(end_of(night, "2026-11-01T05:00:00Z", zone),
                  "2026-11-01T05:30:00Z");
  CAF_CHECK_EQUAL(end_of(night, "2026-11-01T06:15:00Z", zone), "-");
}
