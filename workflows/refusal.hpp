// Refusals: the expected ways in which a command is not accepted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::workflows {

/// In the contract's order; the first six end the check at once.
enum class refusal_code : std::uint8_t {
  malformed,
  id_reused,
  unknown_session,
  not_allowed,
  session_exists,
  wrong_state,
  too_early,
  window_closed,
  student_not_going,
  unanswered_invitation,
  participants_in_call,
  invalid_minutes,
  recap_too_short,
  recap_too_long,
  recap_already_submitted,
  tutor_weekly_limit,
  student_course_weekly_limit,
  course_weekly_limit,
  pair_daily_limit,
};

/// The contract's spelling, `tutor-weekly-limit`.
[[nodiscard]] std::string_view to_string(refusal_code code);
[[nodiscard]] std::optional<refusal_code>
parse_refusal_code(std::string_view text);

/// What a limit refusal carries besides: minutes, or sessions for the pair.
struct limit_detail {
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t remaining = 0;  ///< never below 0
  std::string period;          ///< `2026-W47` or `2026-11-23`
  std::string student;         ///< empty where it is not one student's
  bool operator==(const limit_detail &) const = default;
};

struct refusal {
  refusal_code code = refusal_code::malformed;
  std::string detail;  ///< one sentence for a person
  std::optional<limit_detail> limit = std::nullopt;
  bool operator==(const refusal &) const = default;
};

/// A limit of `code` that holds of one student, as the others of the session
/// hear of it: neither whose it is nor how far it is used.
[[nodiscard]] refusal of_another_student(refusal_code code);

/// `{"code","detail"}` and, of a limit, `limit`, `used`, `remaining`,
/// `period`, `student`.
[[nodiscard]] boost::json::object to_json(const refusal &r);

}  // namespace recapd::workflows
