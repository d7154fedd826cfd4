// Refusals: the expected ways in which a command is not accepted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::workflows {

/// The codes in the contract's order. Each of the first six ends the check.
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
  unknown_disbursement,
  amount_mismatch,
  count,  ///< how many there are
};

/// What a refusal blames.
enum class refusal_kind : std::uint8_t {
  form,      ///< the command cannot be read
  sender,    ///< who sent it may not say it
  absence,   ///< what it is about is not there
  contents,  ///< what it says can never be taken
  state,     ///< it could be taken at another time
};

struct refusal_entry {
  refusal_code code;
  std::string_view name;  ///< the contract's spelling
  refusal_kind kind;
};

/// The table of all codes, in their order.
inline constexpr auto refusal_table = [] {
  using enum refusal_code;
  using enum refusal_kind;
  return std::to_array<refusal_entry>({
      {malformed, "malformed", form},
      {id_reused, "id-reused", contents},
      {unknown_session, "unknown-session", absence},
      {not_allowed, "not-allowed", sender},
      {session_exists, "session-exists", state},
      {wrong_state, "wrong-state", state},
      {too_early, "too-early", state},
      {window_closed, "window-closed", state},
      {student_not_going, "student-not-going", state},
      {unanswered_invitation, "unanswered-invitation", state},
      {participants_in_call, "participants-in-call", state},
      {invalid_minutes, "invalid-minutes", contents},
      {recap_too_short, "recap-too-short", contents},
      {recap_too_long, "recap-too-long", contents},
      {recap_already_submitted, "recap-already-submitted", state},
      {tutor_weekly_limit, "tutor-weekly-limit", state},
      {student_course_weekly_limit, "student-course-weekly-limit", state},
      {course_weekly_limit, "course-weekly-limit", state},
      {pair_daily_limit, "pair-daily-limit", state},
      {unknown_disbursement, "unknown-disbursement", absence},
      {amount_mismatch, "amount-mismatch", contents},
  });
}();

/// Returns the code's entry in the table.
[[nodiscard]] constexpr const refusal_entry &refusal_of(refusal_code code) {
  return refusal_table.at(static_cast<std::size_t>(code));
}
static_assert(refusal_table.size() == std::size_t(refusal_code::count)
              && std::ranges::all_of(refusal_table, [](const auto &entry) {
                   return &refusal_of(entry.code) == &entry;
                 }));

[[nodiscard]] constexpr std::string_view to_string(refusal_code code) {
  return refusal_of(code).name;
}
[[nodiscard]] std::optional<refusal_code>
parse_refusal_code(std::string_view text);

/// What a limit's refusal carries besides: minutes, or sessions for the pair.
struct limit_detail {
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t remaining = 0;  ///< 0 or more
  std::string period;          ///< `2026-W47` or `2026-11-23`
  std::string student;         ///< empty where the limit is not one student's
  bool operator==(const limit_detail &) const = default;
};

struct refusal {
  refusal_code code = refusal_code::malformed;
  std::string detail;  ///< one sentence for a person
  std::optional<limit_detail> limit = std::nullopt;
  bool operator==(const refusal &) const = default;
};

/// Returns the refusal by another student's limit, as the session's other
/// participants hear it: without whose it is and how far it is used.
[[nodiscard]] refusal of_another_student(refusal_code code);

/// Returns `{"code","detail"}` and, of a limit's refusal, also `limit`, `used`,
/// `remaining`, `period`, `student`.
[[nodiscard]] boost::json::object to_json(const refusal &r);

}  // namespace recapd::workflows
