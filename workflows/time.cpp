// SPDX-License-Identifier: Apache-2.0
#include "workflows/time.hpp"

#include <array>
#include <cstdint>

namespace recapd::workflows {

namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr sys_days first_day{std::chrono::year{1970} / 1 / 1};
constexpr sys_days end_day{std::chrono::year{10000} / 1 / 1};

/// Reads a text from its start; each function returns whether it could.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_{text} {}

  bool number(std::size_t digits, int &value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool symbol(char c) { return symbol(c, c); }
  bool symbol(char upper, char lower) {
    if (rest_.empty() || (rest_[0] != upper && rest_[0] != lower)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Reads one digit or more; those past the sixth are cut.
  bool fraction(microseconds &value) {
    std::size_t count = 0;
    std::int64_t figure = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      if (count < 6) figure = figure * 10 + (rest_[count] - '0');
      ++count;
    }
    for (auto n = count; n < 6; ++n)
      figure *= 10;
    rest_.remove_prefix(count);
    value = microseconds{figure};
    return count > 0;
  }
  bool offset(minutes &value) {
    value = minutes{0};
    if (symbol('Z', 'z')) return true;
    const bool west = symbol('-');
    int hour = 0;
    int minute = 0;
    if (!west && !symbol('+')) return false;
    if (!number(2, hour) || !symbol(':') || !number(2, minute)) return false;
    if (hour > 23 || minute > 59) return false;
    value = minutes{hour * 60 + minute} * (west ? -1 : 1);
    return true;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

/// Writes `value` with leading zeros into the `width` characters at `to`.
void put(char *to, std::size_t width, std::int64_t value) {
  for (auto i = width; i-- > 0; value /= 10)
    to[i] = static_cast<char>('0' + value % 10);
}

struct civil_date {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

civil_date civil(int day) {
  const year_month_day date{sys_days{days{day}}};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day())};
}

/// Returns a year in four digits, or in as many as a later one than 9999 needs.
std::string year_text(std::int64_t year) {
  if (year > 9999) return std::to_string(year);
  std::string text(4, '0');
  put(text.data(), 4, year);
  return text;
}

}  // namespace

namespace {

/// Reads an RFC 3339 time of any year.
std::optional<instant> parse_time(std::string_view text) {
  scanner in{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, year) || !in.symbol('-') || !in.number(2, month)
      || !in.symbol('-') || !in.number(2, day) || !in.symbol('T', 't')
      || !in.number(2, hour) || !in.symbol(':') || !in.number(2, minute)
      || !in.symbol(':') || !in.number(2, second))
    return std::nullopt;
  microseconds fraction{};
  minutes offset{};
  if (in.symbol('.') && !in.fraction(fraction)) return std::nullopt;
  if (!in.offset(offset) || !in.at_end()) return std::nullopt;
  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  const auto to_the_minute =
      sys_days{date} + minutes{hour * 60 + minute} - offset;
  // Leap seconds are only ever put in at the end of a UTC day.
  if (second == 60
      && to_the_minute - std::chrono::floor<days>(to_the_minute)
             != minutes{23 * 60 + 59})
    return std::nullopt;
  return to_the_minute + seconds{second} + fraction;
}

}  // namespace

std::optional<instant> parse_rfc3339(std::string_view text) {
  const auto t = parse_time(text);
  return t && *t >= first_day && *t < end_day ? t : std::nullopt;
}

bool is_rfc3339(std::string_view text) {
  return parse_time(text).has_value();
}

std::string format_rfc3339(instant t) {
  const auto midnight = std::chrono::floor<days>(t);
  const auto date =
      civil(static_cast<int>(midnight.time_since_epoch().count()));
  const std::int64_t micros = (t - midnight).count();
  const std::int64_t second = micros / 1'000'000;
  const std::int64_t fraction = micros % 1'000'000;
  std::array<char, 23> tail{};
  char *p = tail.data();
  *p++ = '-', put(p, 2, date.month), p += 2;
  *p++ = '-', put(p, 2, date.day), p += 2;
  *p++ = 'T', put(p, 2, second / 3600), p += 2;
  *p++ = ':', put(p, 2, second / 60 % 60), p += 2;
  *p++ = ':', put(p, 2, second % 60), p += 2;
  if (fraction != 0) {
    const std::size_t width = fraction % 1000 == 0 ? 3 : 6;
    *p++ = '.';
    put(p, width, width == 3 ? fraction / 1000 : fraction);
    p += width;
  }
  *p++ = 'Z';
  std::string text = year_text(date.year);
  text.append(tail.data(), p);
  return text;
}

int iso_weekday(int day) {
  // 1970-01-01 was a Thursday.
  const int from_monday = (day + 3) % 7;
  return (from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

std::string day_name(int day) {
  const auto date = civil(day);
  std::string text = "-00-00";
  put(text.data() + 1, 2, date.month);
  put(text.data() + 4, 2, date.day);
  return year_text(date.year) + text;
}

int week_thursday(int day, int first_weekday) {
  const int first = day - (iso_weekday(day) - first_weekday + 7) % 7;
  return first + (4 - first_weekday + 7) % 7;
}

std::string week_name(int thursday) {
  const auto year = civil(thursday).year;
  const sys_days new_year{std::chrono::year{static_cast<int>(year)} / 1 / 1};
  const auto before = thursday - new_year.time_since_epoch().count();
  std::string text = "-W00";
  put(text.data() + 2, 2, before / 7 + 1);
  return year_text(year) + text;
}

namespace {

struct duration_unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<duration_unit, 4> duration_units{
    {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

/// The longest duration, three thousand years: added to any instant it fits.
constexpr std::int64_t longest_seconds = 100'000'000'000;

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::int64_t figure = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
         ++digits) {
      figure = figure * 10 + (text[digits] - '0');
      if (figure > longest_seconds) return std::nullopt;
    }
    if (digits == 0 || digits == text.size()) return std::nullopt;
    while (next_unit < duration_units.size()
           && duration_units[next_unit].letter != text[digits])
      ++next_unit;
    if (next_unit == duration_units.size()) return std::nullopt;
    total += figure * duration_units[next_unit++].seconds;
    if (total > longest_seconds) return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  if (total == 0) return std::nullopt;
  return seconds{total};
}

std::string format_duration(seconds d) {
  for (const auto &unit : duration_units)
    // Days are read but not written: the contract says `72h`, not `3d`.
    if (unit.letter != 'd' && d.count() % unit.seconds == 0)
      return std::to_string(d.count() / unit.seconds) + unit.letter;
  return {};
}

}  // namespace recapd::workflows
