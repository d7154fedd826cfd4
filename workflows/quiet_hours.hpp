// Quiet hours: the part of each day in which nobody is to be disturbed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "workflows/time.hpp"

namespace recapd::workflows {

/// From one time of day to another, which may be the next day's; by the clocks
/// of whoever is not to be disturbed.
struct quiet_hours {
  std::chrono::minutes from{};
  std::chrono::minutes to{};
  bool operator==(const quiet_hours &) const = default;
};

/// Reads a time of day, `22:00`; nothing if it is none.
[[nodiscard]] std::optional<std::chrono::minutes>
parse_time_of_day(std::string_view text);
[[nodiscard]] std::string format_time_of_day(std::chrono::minutes t);

/// Returns when the quiet hours end in which `t` is in that zone; nothing where
/// it is in none. An end that the clocks skip is the moment at which they do;
/// of one that they show twice it is the first.
[[nodiscard]] std::optional<instant>
quiet_until(const quiet_hours &hours, instant t, std::string_view zone);

}  // namespace recapd::workflows
