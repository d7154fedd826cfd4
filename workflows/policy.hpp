// Policy: the rules of an installation, with overrides by course and programme.
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

#include "workflows/disbursements.hpp"
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
  /// How long a session stays completed before it is settled; nothing: it is
  /// settled together with its completion.
  std::optional<std::chrono::seconds> settle_after;
  reminder_rules reminders = default_reminders();
  /// How settled pay is paid out; nothing: recapd does not pay out.
  std::optional<disbursement_rules> disbursements;
  bool operator==(const rules &) const = default;

  [[nodiscard]] static reminder_rules default_reminders();
};

/// Rules that differ from others in some members.
struct own_rules {
  rules all;  ///< merged: what is not said is as it was
  /// The members that are said, canonical.
  boost::json::object said;
  bool operator==(const own_rules &) const = default;
};

/// A programme's rules, which go before those of the installation.
struct program_rules {
  own_rules base;
  /// The rules of each course that has some here or in the installation.
  std::map<std::string, own_rules, std::less<>> courses;
  bool operator==(const program_rules &) const = default;
};

/// A whole policy. What comes later wins: the installation's rules, a course's,
/// a programme's, a programme's course's.
struct policy {
  /// The most pairs of a programme and a course, both with rules of their own.
  static constexpr std::size_t most_pairs = 10'000;

  rules base;
  std::map<std::string, own_rules, std::less<>> courses;
  std::map<std::string, program_rules, std::less<>> programs;
  bool operator==(const policy &) const = default;

  /// Returns the rules of a session in this programme and course.
  [[nodiscard]] const rules &rules_for(std::string_view program,
                                       std::string_view course) const;
};

/// Returns canonical JSON in the config file's shape (durations as text), the
/// installation's rules whole and of the others what they say; equal policies
/// give equal text.
[[nodiscard]] boost::json::object to_json(const policy &p);

/// A member in which two policies differ. Of an override that one of the two
/// does not have it shows the rule that stands there all the same.
struct policy_change {
  enum class side : unsigned char { neither, from, to };

  std::string path = {};  ///< `policy.courses.MATH101.log_window`
  boost::json::value from = {};
  boost::json::value to = {};
  side inherited = side::neither;  ///< which of the two is not said there
};

/// Returns it as the contract has it (`PolicyChange` of docs/openapi.json).
[[nodiscard]] boost::json::object to_json(const policy_change &change);

/// A member of a policy.
struct policy_member {
  std::string path;
  boost::json::value value;
};

/// Returns what to change in one policy to come to another, in the order of the
/// members; of a list or a value it is the whole.
[[nodiscard]] std::vector<policy_change> changes_between(const policy &from,
                                                         const policy &to);

/// Returns all that a policy says.
[[nodiscard]] std::vector<policy_member> members_of(const policy &p);

/// What is wrong in a policy's text, and where.
struct policy_error {
  std::string path;      ///< `policy.courses.MATH101.log_window`
  std::string expected;  ///< `a duration such as "72h"`
};

/// Where a policy's text comes from. A stored policy is read again even where
/// it would be refused today.
enum class policy_origin : std::uint8_t { proposed, stored };

/// Reads the `policy` object of a config file, whose comments are already gone.
/// Absent members keep their defaults, and overrides what they override. On a
/// wrong or unknown member it fills `error` and returns nothing.
[[nodiscard]] std::optional<policy>
parse_policy(const boost::json::object &json, policy_error &error,
             policy_origin origin = policy_origin::proposed);

}  // namespace recapd::workflows
