// The campus whose sessions the benchmark carries from scheduled to paid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace recapd::bench {

/// How many tutors one generation has, and how many students and sessions each
/// of them. The next generation has other tutors, since the sessions of the
/// first use up the limits of their week.
inline constexpr std::size_t tutors = 2000;
inline constexpr std::size_t students_per_tutor = 8;
inline constexpr std::size_t sessions_per_tutor = 40;
inline constexpr std::size_t courses = 500;
inline constexpr std::size_t generation = tutors * sessions_per_tutor;
inline constexpr int tutor_week_minutes = 900;
inline constexpr int rate_per_hour = 1500;

/// The commands of one lifecycle; settling, which is written with the last, is
/// the fifth step.
enum class step : unsigned char { schedule, accept, complete, confirm };
inline constexpr std::size_t commands_per_lifecycle = 4;
inline constexpr std::size_t steps_per_lifecycle = 5;

/// Who and what one session is about. Ids of one kind have the same length.
struct lesson {
  std::string session;
  std::string tutor;
  std::string student;
  std::string course;
  int minutes = 0;
};

class campus {
public:
  /// Makes a campus whose sessions all start at `starts_at` (RFC 3339).
  /// Campuses with other prefixes (3 characters) share no id but the courses'.
  explicit campus(std::string starts_at, std::string prefix = "run");

  [[nodiscard]] lesson at(std::size_t i) const;
  /// Returns the step's CloudEvent as JSON text.
  [[nodiscard]] std::string event(std::size_t i, step s) const;

private:
  std::string starts_at_;
  std::string prefix_;
};

/// What the first `count` sessions come to.
struct totals {
  std::int64_t minutes = 0;
  std::int64_t pay = 0;         ///< in minor units
  std::size_t full_tutors = 0;  ///< tutors whose week is used up
};
[[nodiscard]] totals totals_of(std::size_t count);

/// The start, from now, of a session whose time can be logged, and is over.
inline constexpr std::chrono::minutes half_an_hour_ago{-30};
inline constexpr std::chrono::days in_a_month{30};
/// Returns the time as RFC 3339 in UTC, in whole seconds.
[[nodiscard]] std::string time_from_now(std::chrono::seconds after);

/// Returns a configuration file's JSON text, with the policy's limits as the
/// campus reaches them.
[[nodiscard]] std::string node_config();

}  // namespace recapd::bench
