// Wording: times, spans, money and codes as people read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "workflows/time.hpp"

namespace recapd::workflows {

/// Returns `Mon 2026-11-23 09:30 EST` in an IANA time zone, in UTC where the
/// machine does not know it.
[[nodiscard]] std::string human_time(instant t, std::string_view zone);

/// Returns a span as `2 d 3 h`, `45 min`, `10 s`; never negative.
[[nodiscard]] std::string human_span(std::chrono::seconds span);

/// Returns an amount as `15.00 USD`, which is 1500 minor units.
[[nodiscard]] std::string human_money(std::int64_t minor,
                                      std::string_view currency);

/// Returns minutes as `2 h 05 min`.
[[nodiscard]] std::string human_minutes(std::int64_t minutes);

/// Returns a code's words: `recap too short` of `recap-too-short`.
[[nodiscard]] std::string words_of(std::string_view code);

}  // namespace recapd::workflows
