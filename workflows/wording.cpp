// SPDX-License-Identifier: Apache-2.0
#include "workflows/wording.hpp"

#include <algorithm>
#include <array>
#include <cctz/time_zone.h>

namespace recapd::workflows {

namespace {

/// Returns how many digits a currency's minor units have, as ISO 4217 says.
int minor_digits(std::string_view currency) {
  constexpr std::array none{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                            "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
                            "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array three{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::ranges::find(none, currency) != none.end()) return 0;
  return std::ranges::find(three, currency) != three.end() ? 3 : 2;
}

/// Returns `COUNT UNIT`, with the rest in the next unit where there is one.
std::string with_rest(std::int64_t count, const char *unit, std::int64_t rest,
                      const char *rest_unit) {
  auto text = std::to_string(count) + unit;
  if (rest != 0) text += " " + std::to_string(rest) + rest_unit;
  return text;
}

}  // namespace

std::string human_time(instant t, std::string_view zone) {
  auto place = cctz::utc_time_zone();
  if (known_time_zone(zone))
    (void)cctz::load_time_zone(std::string{zone}, &place);
  const auto second = std::chrono::floor<std::chrono::seconds>(t);
  const bool whole = second.time_since_epoch().count() % 60 == 0;
  return cctz::format(whole ? "%a %Y-%m-%d %H:%M %Z"
                            : "%a %Y-%m-%d %H:%M:%S %Z",
                      second, place);
}

std::string human_span(std::chrono::seconds span) {
  const auto s = std::max<std::int64_t>(span.count(), 0);
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 86400) return with_rest(s / 3600, " h", s / 60 % 60, " min");
  return with_rest(s / 86400, " d", s / 3600 % 24, " h");
}

std::string human_money(std::int64_t minor, std::string_view currency) {
  const auto digits = static_cast<std::size_t>(minor_digits(currency));
  const std::string sign = minor < 0 ? "-" : "";
  auto text = std::to_string(minor < 0 ? -minor : minor);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits > 0) text.insert(text.size() - digits, ".");
  return sign + text + " " + std::string{currency};
}

std::string human_minutes(std::int64_t minutes) {
  if (minutes < 60) return std::to_string(minutes) + " min";
  const auto rest = std::to_string(minutes % 60);
  return std::to_string(minutes / 60) + " h " + (rest.size() < 2 ? "0" : "")
         + rest + " min";
}

std::string words_of(std::string_view code) {
  std::string out{code};
  std::ranges::replace(out, '-', ' ');
  return out;
}

}  // namespace recapd::workflows
