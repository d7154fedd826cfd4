// SPDX-License-Identifier: Apache-2.0
#include "workflows/quiet_hours.hpp"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

namespace recapd::workflows {

namespace {

bool within(const quiet_hours &hours, std::chrono::minutes t) {
  if (hours.from <= hours.to) return hours.from <= t && t < hours.to;
  return t >= hours.from || t < hours.to;
}

}  // namespace

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0, 1, 3, 4})
    if (digit(at) < 0 || digit(at) > 9) return std::nullopt;
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (hour > 23 || minute > 59) return std::nullopt;
  return std::chrono::minutes{hour * 60 + minute};
}

std::string format_time_of_day(std::chrono::minutes t) {
  const auto two = [](std::int64_t n) {
    return (n < 10 ? "0" : "") + std::to_string(n);
  };
  return two(t.count() / 60) + ":" + two(t.count() % 60);
}

std::optional<instant> quiet_until(const quiet_hours &hours, instant t,
                                   std::string_view zone) {
  auto place = cctz::utc_time_zone();
  if (known_time_zone(zone))
    (void)cctz::load_time_zone(std::string{zone}, &place);
  const auto second = std::chrono::floor<std::chrono::seconds>(t);
  const auto local = cctz::convert(second, place);
  const std::chrono::minutes now{local.hour() * 60 + local.minute()};
  if (!within(hours, now)) return std::nullopt;
  const cctz::civil_day day{local};
  const auto end_on = now < hours.to ? day : day + 1;
  const auto minutes = hours.to.count();
  const instant end = cctz::convert(
      cctz::civil_second{end_on.year(), end_on.month(), end_on.day(),
                         static_cast<int>(minutes / 60),
                         static_cast<int>(minutes % 60), 0},
      place);
  // Where the clocks show the end twice, its first time may be over.
  if (end <= t) return std::nullopt;
  return end;
}

}  // namespace recapd::workflows
