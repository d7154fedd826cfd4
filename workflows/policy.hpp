// Policy: a programme's rules, with overrides by course.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/reminders.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

enum class confirmation_rule : std::uint8_t { all_students, any_student };

/// The limits, in minutes a week and sessions a day. Nothing means no limit.
struct limit_rules {
  std::optional<int> tutor_minutes_per_week = 900;
  std::optional<int> student_course_minutes_per_week = 180;
  std::optional<int> course_minutes_per_week;
  std::optional<int> pair_sessions_per_day = 1;
  bool operator==(const limit_rules &) const = default;
};

/// Returns the name of an ISO weekday: `monday` of 1 to `sunday` of 7.
[[nodiscard]] std::string_view weekday_name(int iso_weekday);

/// The rules that one session is decided by (defaults: config/recapd.json).
struct rules {
  int min_recap_characters = 150;
  int max_recap_characters = 10000;
  std::chrono::seconds log_window = std::chrono::hours{72};
  int step_minutes = 5;
  int max_minutes = 90;
  int max_call_changes = 500;  ///< joins and leaves in one session
  limit_rules limits;
  int week_starts_on = 1;  ///< 1 Monday to 7 Sunday
  std::string timezone = "America/New_York";
  confirmation_rule confirmation = confirmation_rule::all_students;
  std::optional<std::chrono::seconds> auto_confirm_after;
  std::int64_t rate_per_hour = 1500;  ///< minor units
  std::string currency = "USD";
  reminder_rules reminders = default_reminders();
  bool operator==(const rules &) const = default;

  [[nodiscard]] static reminder_rules default_reminders();
};

/// A whole policy: the programme's rules, and courses' own.
struct policy {
  rules base;
  std::map<std::string, rules, std::less<>> courses;  ///< merged with the base
  bool operator==(const policy &) const = default;

  /// Returns the rules of a course: its own, else the programme's.
  [[nodiscard]] const rules &for_course(std::string_view course) const;
};

/// Returns canonical JSON in the config file's shape (durations as text), with
/// every member of every course written out; equal policies give equal text.
[[nodiscard]] boost::json::object to_json(const policy &p);

/// What is wrong in a policy's text, and where.
struct policy_error {
  std::string path;      ///< `policy.courses.MATH101.log_window`
  std::string expected;  ///< `a duration such as "72h"`
};

/// Where a policy's text comes from. A stored policy is read again even where
/// it would be refused today.
enum class policy_origin : std::uint8_t { proposed, stored };

/// Reads the `policy` object of a config file, whose comments are already gone.
/// Absent members keep their defaults, and a course inherits the programme's
/// rules. On a wrong or unknown member it fills `error` and returns nothing.
[[nodiscard]] std::optional<policy>
parse_policy(const boost::json::object &json, policy_error &error,
             policy_origin origin = policy_origin::proposed);

}  // namespace recapd::workflows
