// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE zones
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

constexpr int monday = 1;
constexpr int saturday = 6;
constexpr int sunday = 7;

std::string day_in(std::string_view time, std::string_view zone) {
  return day_name(local_day(at(time), zone));
}

std::string week_in(std::string_view time, std::string_view zone,
                    int first_weekday = monday) {
  return week_name(week_thursday(local_day(at(time), zone), first_weekday));
}

constexpr std::string_view new_york = "America/New_York";

}  // namespace

CAF_TEST(IANA names and links are known and nothing else) {
  for (std::string_view zone :
       {"America/New_York", "Europe/Amsterdam", "UTC", "Etc/GMT+3",
        "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires",
        "America/Ciudad_Juarez", "America/Coyhaique"}) {
    CAF_MESSAGE(zone);
    CAF_CHECK(known_time_zone(zone));
  }
  for (std::string_view zone : {"",
                                "GMT+3",
                                "GMT+03:00",
                                "UTC+3",
                                "Etc/Unknown",
                                "PST",
                                "IST",
                                "CST",
                                "SystemV/EST5",
                                "america/new_york",
                                "America/New York",
                                "America/Nowhere",
                                " UTC",
                                "UTC ",
                                "+03:00",
                                "Canada/East-Saskatchewan",
                                "localtime",
                                "posixrules",
                                "posix/Europe/Rome",
                                "right/UTC",
                                "tzdata.zi",
                                "zone.tab",
                                "Europe",
                                "Europe/",
                                "/usr/share/zoneinfo/UTC",
                                "../zoneinfo/UTC",
                                "./UTC",
                                "Europe//Rome",
                                ":UTC",
                                "Fixed/UTC+01:00:00"}) {
    CAF_MESSAGE(zone);
    CAF_CHECK(!known_time_zone(zone));
  }
  CAF_CHECK(!known_time_zone({"UTC\0", 4}));
}

CAF_TEST(the day is that of the zone) {
  CAF_CHECK_EQUAL(day_in("2026-11-24T04:59:59.999999Z", new_york),
                  "2026-11-23");
  CAF_CHECK_EQUAL(day_in("2026-11-24T05:00:00Z", new_york), "2026-11-24");
  CAF_CHECK_EQUAL(day_in("2026-11-23T18:15:00Z", "Asia/Kathmandu"),
                  "2026-11-24");
  CAF_CHECK_EQUAL(day_in("2026-11-23T18:14:59Z", "Asia/Kathmandu"),
                  "2026-11-23");
  CAF_CHECK_EQUAL(day_in("2026-11-23T10:00:00Z", "Pacific/Kiritimati"),
                  "2026-11-24");
}

CAF_TEST(the rules are those of the machine and not of a library) {
  // Mexico and Kazakhstan gave up what older rules know, Egypt took it up.
  CAF_CHECK_EQUAL(day_in("2026-11-26T18:30:00Z", "Asia/Almaty"), "2026-11-26");
  CAF_CHECK_EQUAL(week_in("2027-07-05T05:30:00Z", "America/Mexico_City"),
                  "2027-W26");
  CAF_CHECK_EQUAL(day_in("2027-07-04T21:30:00Z", "Africa/Cairo"), "2027-07-05");
  CAF_CHECK(!time_zone_version().empty());
}

CAF_TEST(daylight saving goes on when the tables of the files end) {
  CAF_CHECK_EQUAL(day_in("2050-07-05T03:59:59Z", new_york), "2050-07-04");
  CAF_CHECK_EQUAL(day_in("2050-07-05T04:00:00Z", new_york), "2050-07-05");
  CAF_CHECK_EQUAL(day_in("9990-07-05T04:00:00Z", new_york), "9990-07-05");
}

CAF_TEST(a zone that the machine has no more is taken for UTC) {
  CAF_CHECK_EQUAL(day_in("2026-11-24T00:30:00Z", "US/Pacific-New"),
                  "2026-11-24");
  CAF_CHECK_EQUAL(day_in("2026-11-23T23:30:00Z", "US/Pacific-New"),
                  "2026-11-23");
}

CAF_TEST(daylight saving moves the end of the day) {
  // Clocks go forward at 2026-03-08T07:00Z and back at 2026-11-01T06:00Z.
  CAF_CHECK_EQUAL(day_in("2026-03-08T04:59:59Z", new_york), "2026-03-07");
  CAF_CHECK_EQUAL(day_in("2026-03-08T05:00:00Z", new_york), "2026-03-08");
  CAF_CHECK_EQUAL(day_in("2026-03-09T03:59:59Z", new_york), "2026-03-08");
  CAF_CHECK_EQUAL(day_in("2026-03-09T04:00:00Z", new_york), "2026-03-09");
  CAF_CHECK_EQUAL(day_in("2026-11-01T03:59:59Z", new_york), "2026-10-31");
  CAF_CHECK_EQUAL(day_in("2026-11-01T04:00:00Z", new_york), "2026-11-01");
  CAF_CHECK_EQUAL(day_in("2026-11-02T04:59:59Z", new_york), "2026-11-01");
  CAF_CHECK_EQUAL(day_in("2026-11-02T05:00:00Z", new_york), "2026-11-02");
}

CAF_TEST(a session at half past eleven on the last evening is in that week) {
  // Sundays at 23:30 in New York, in winter, at both changes, in summer.
  CAF_CHECK_EQUAL(week_in("2026-11-30T04:30:00Z", new_york), "2026-W48");
  CAF_CHECK_EQUAL(week_in("2026-11-30T05:00:00Z", new_york), "2026-W49");
  CAF_CHECK_EQUAL(week_in("2026-03-09T03:30:00Z", new_york), "2026-W10");
  CAF_CHECK_EQUAL(week_in("2026-03-09T04:00:00Z", new_york), "2026-W11");
  CAF_CHECK_EQUAL(week_in("2026-11-02T04:30:00Z", new_york), "2026-W44");
  CAF_CHECK_EQUAL(week_in("2026-11-02T05:00:00Z", new_york), "2026-W45");
  CAF_CHECK_EQUAL(week_in("2026-06-08T03:30:00Z", new_york), "2026-W23");
}

CAF_TEST(weeks may begin on another day and are named by their Thursday) {
  // Saturday 2026-11-28 and Sunday 2026-11-29.
  CAF_CHECK_EQUAL(week_in("2026-11-28T15:00:00Z", new_york, sunday),
                  "2026-W48");
  CAF_CHECK_EQUAL(week_in("2026-11-29T15:00:00Z", new_york, sunday),
                  "2026-W49");
  CAF_CHECK_EQUAL(week_in("2026-11-29T15:00:00Z", new_york, monday),
                  "2026-W48");
  CAF_CHECK_EQUAL(week_in("2026-11-28T15:00:00Z", new_york, saturday),
                  "2026-W49");
  CAF_CHECK_EQUAL(week_in("2026-11-29T04:30:00Z", new_york, sunday),
                  "2026-W48");
}

CAF_TEST(weeks at the end of a year belong to their Thursday) {
  CAF_CHECK_EQUAL(week_in("2026-12-31T12:00:00Z", "UTC"), "2026-W53");
  CAF_CHECK_EQUAL(week_in("2027-01-03T23:59:59Z", "UTC"), "2026-W53");
  CAF_CHECK_EQUAL(week_in("2027-01-04T00:00:00Z", "UTC"), "2027-W01");
  CAF_CHECK_EQUAL(week_in("2025-12-29T00:00:00Z", "UTC"), "2026-W01");
  CAF_CHECK_EQUAL(week_in("2021-01-03T12:00:00Z", "UTC"), "2020-W53");
  CAF_CHECK_EQUAL(week_in("2027-01-03T12:00:00Z", "UTC", sunday), "2027-W01");
  CAF_CHECK_EQUAL(week_in("1970-01-01T00:00:00Z", "UTC"), "1970-W01");
}

CAF_TEST(every day is within its week whatever day that begins on) {
  for (int day = -10; day < 40'000; day += 3)
    for (int first = monday; first <= sunday; ++first) {
      const int thursday = week_thursday(day, first);
      const int begin = thursday - (4 - first + 7) % 7;
      if (iso_weekday(thursday) != 4 || iso_weekday(begin) != first
          || day < begin || day > begin + 6)
        CAF_ERROR("day " << day << " first " << first);
    }
}
