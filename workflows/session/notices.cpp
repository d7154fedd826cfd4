// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/notices.hpp"

#include <algorithm>
#include <array>

#include "workflows/reminders.hpp"

namespace recapd::workflows {

namespace {

bool tutor_is_asked(const session &s, std::string_view) {
  return waits_for_tutor(s.status);
}

bool owes_recap(const participant &p) {
  return p.status == participation::going && !p.written;
}

bool student_is_asked(const session &s, std::string_view to) {
  return waits_for_students(s.status)
         && std::ranges::any_of(s.participants, [&](const participant &p) {
              return owes_recap(p)
                     && to
                            == to_string(
                                person{.as = role::student, .id = p.student});
            });
}

bool students_are_asked(const session &s, std::string_view) {
  return waits_for_students(s.status)
         && std::ranges::any_of(s.participants, owes_recap);
}

bool support_is_asked(const session &s, std::string_view) {
  return s.status == session_status::missed && s.update_asked;
}

constexpr bool always = false;
constexpr bool by_wish = true;

constexpr auto table = std::to_array<notice>({
    {"tutor_recap_due", by_wish, tutor_is_asked},
    {"tutor_recap_reminder", by_wish, tutor_is_asked},
    {"student_recap_request", by_wish, student_is_asked},
    {"student_recap_reminder", by_wish, student_is_asked},
    {"tutor_remind_student", by_wish, students_are_asked},
    {"student_recap_overdue", by_wish, students_are_asked},
    {"session_missed", always},
    {"support_requested", by_wish, support_is_asked},
    {"support_reopened"},
    {"support_denied"},
    {"session_completed"},
    {"payout_deposited", always},
    {"payout_corrected", always},
    {"payout_reversed", always},
    {"session_cancelled"},
    {"session_voided"},
    {"session_disputed"},
    {"dispute_decided"},
    {"disbursement_sent", always},
    {"disbursement_confirmed", always},
    {"disbursement_failed", always},
    {"disbursement_mismatch", always},
});

}  // namespace

std::span<const notice> notices() {
  return table;
}

const notice *find_notice(std::string_view kind) {
  const auto *found = std::ranges::find(table, kind, &notice::kind);
  return found == table.end() ? nullptr : found;
}

bool still_holds(std::string_view kind, std::string_view to, const session &s) {
  const auto *known = find_notice(kind);
  return known == nullptr || known->still_asked == nullptr
         || known->still_asked(s, to);
}

}  // namespace recapd::workflows
