// Instants, RFC 3339 text, and civil dates in IANA time zones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace recapd::workflows {

/// A moment in UTC, to the microsecond (as PostgreSQL stores it).
using instant = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads RFC 3339 with an offset (`Z` or `+hh:mm`); returns nothing if the text
/// is anything else, or outside the years 1970 to 9999. Digits past the
/// microsecond are cut; a leap second (`:60`) reads as the next second.
[[nodiscard]] std::optional<instant> parse_rfc3339(std::string_view text);

/// Returns true for RFC 3339 with an offset, whatever the year.
[[nodiscard]] bool is_rfc3339(std::string_view text);

/// Returns the time in UTC, `2026-11-23T14:30:00Z`; with a fraction of 3 or 6
/// digits only where there is one.
[[nodiscard]] std::string format_rfc3339(instant t);

/// Returns true for a time zone of the machine's tzdata, links included.
[[nodiscard]] bool known_time_zone(std::string_view zone);

/// Returns the release of the machine's tzdata, such as `2025b`; empty if
/// tzdata does not tell.
[[nodiscard]] std::string time_zone_version();

/// Returns the civil date at `t` in `zone` by the machine's tzdata, as days
/// since 1970-01-01. A zone that the machine does not know (any more) counts as
/// UTC.
[[nodiscard]] int local_day(instant t, std::string_view zone);

/// Returns the moment of a local time: of a time that the zone skips the moment
/// of the skip, of one that comes twice the first.
[[nodiscard]] instant local_moment(int day, int minute, std::string_view zone);

/// Returns the ISO weekday of a day number: 1 Monday to 7 Sunday.
[[nodiscard]] int iso_weekday(int day);

/// Returns the date of a day number, such as `2026-11-23`.
[[nodiscard]] std::string day_name(int day);

/// Returns the Thursday, by which a week is known, of the week that holds
/// `day`, in weeks that begin on `first_weekday` (1 Monday to 7 Sunday).
[[nodiscard]] int week_thursday(int day, int first_weekday);

/// Returns the ISO week of a Thursday's day number, such as `2026-W47`.
[[nodiscard]] std::string week_name(int thursday);

/// Reads `90m`, `72h`, `3d`, `45s`, and sums like `1h30m`; returns nothing if
/// the text is anything else or the duration is not positive.
[[nodiscard]] std::optional<std::chrono::seconds>
parse_duration(std::string_view text);

/// Returns the duration in the largest unit of hours, minutes and seconds that
/// is whole: `72h`, `90m`, `45s`.
[[nodiscard]] std::string format_duration(std::chrono::seconds d);

}  // namespace recapd::workflows
