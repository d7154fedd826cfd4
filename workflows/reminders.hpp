// Reminders: the table of all kinds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace recapd::workflows {

enum class session_status : std::uint8_t;
/// Returns true while the tutor's time or recap is to come, by the deadline.
[[nodiscard]] bool waits_for_tutor(session_status s);
/// Returns true while students' recaps are to come.
[[nodiscard]] bool waits_for_students(session_status s);

enum class reminder_kind : std::uint8_t {
  tutor_recap_due,
  tutor_recap_reminder,
  student_recap_reminder,
  tutor_remind_student,
  student_recap_overdue,
  count,  ///< how many there are
};

/// What a kind's times are counted from. `start_or_end` counts from the start,
/// but a reopened window has a day and an hour before its end.
enum class reminder_base : std::uint8_t { start, start_or_end, request };
/// Who is told. A silent student is one whose recap is not in.
enum class reminder_receiver : std::uint8_t { tutor, silent_student, support };
/// What a reminder tells besides the session.
enum class reminder_data : std::uint8_t { nothing, deadline, silent_students };

/// One kind of reminder.
struct reminder {
  reminder_kind kind;
  std::string_view name;  ///< as in policies, events and notifications
  bool list;  ///< whether a policy has a list of times, else one time or none
  std::array<std::chrono::minutes, 3> by_default;  ///< 0: no further time
  reminder_base from;
  bool (*due_in)(session_status);
  reminder_receiver to;
  reminder_data with;
};

/// All kinds, in the contract's order, in which those due at once go out.
inline constexpr auto reminder_table = [] {
  using namespace std::chrono_literals;
  using enum reminder_kind;
  using enum reminder_base;
  using enum reminder_receiver;
  using enum reminder_data;
  constexpr bool one = false, list = true;
  constexpr auto at = [](auto... times) {
    return std::array<std::chrono::minutes, 3>{times...};
  };
  return std::to_array<reminder>({
      {tutor_recap_due, "tutor_recap_due", one, at(90min), start,
       waits_for_tutor, tutor, deadline},
      {tutor_recap_reminder, "tutor_recap_reminder", list, at(24h, 48h, 71h),
       start_or_end, waits_for_tutor, tutor, deadline},
      {student_recap_reminder, "student_recap_reminder", list,
       at(24h, 48h, 72h), request, waits_for_students, silent_student, nothing},
      {tutor_remind_student, "tutor_remind_student", list, at(24h), request,
       waits_for_students, tutor, silent_students},
      {student_recap_overdue, "student_recap_overdue", one, at(168h), request,
       waits_for_students, support, silent_students},
  });
}();

[[nodiscard]] constexpr const reminder &reminder_of(reminder_kind k) {
  return reminder_table.at(static_cast<std::size_t>(k));
}
static_assert(reminder_table.size() == std::size_t(reminder_kind::count)
              && std::ranges::all_of(reminder_table, [](const reminder &r) {
                   return &reminder_of(r.kind) == &r;
                 }));

[[nodiscard]] constexpr std::string_view to_string(reminder_kind k) {
  return reminder_of(k).name;
}
[[nodiscard]] constexpr std::optional<reminder_kind>
parse_reminder_kind(std::string_view text) {
  for (const auto &r : reminder_table)
    if (r.name == text) return r.kind;
  return std::nullopt;
}

/// Holds a value for each kind.
template <class T> struct by_reminder : std::array<T, reminder_table.size()> {
  auto &operator[](reminder_kind k) { return this->at(std::size_t(k)); }
  auto &operator[](reminder_kind k) const { return this->at(std::size_t(k)); }
};

/// After which times each kind's reminders go out by a policy, ascending.
using reminder_rules = by_reminder<std::vector<std::chrono::seconds>>;

/// How many of each kind's times are over (sent or skipped) in a session.
struct reminder_progress {
  bool reopened = false;  ///< in the present window
  by_reminder<int> over = {};
  bool operator==(const reminder_progress &) const = default;

  /// Treats each kind as optional, since older JSON does not have all.
  static void each_member(auto &m, auto &p) {
    for (const auto &kind : reminder_table)
      if (!m.optional(kind.name))
        continue;
      else if (kind.list)
        m.count(kind.name, p.over[kind.kind], 0);
      else
        m.boolean(kind.name, p.over[kind.kind]);
    if (m.there("reopened", p.reopened)) m.boolean("reopened", p.reopened);
  }
};

}  // namespace recapd::workflows
