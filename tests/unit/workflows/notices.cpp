// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE notices
#include "workflows/session/notices.hpp"

#include <map>
#include <set>

#include "workflows/reminders.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::workflows;

namespace {

participant student(std::string id, participation status, bool wrote) {
  participant p{.student = std::move(id), .status = status};
  if (wrote) p.written = recap{};
  return p;
}

/// Returns a session in which bob is silent, cal has written, dan declined, and
/// an update was asked for.
session in_state(session_status status) {
  session s;
  s.status = status;
  s.update_asked = true;
  s.participants = {student("bob", participation::going, false),
                    student("cal", participation::going, true),
                    student("dan", participation::declined, false)};
  return s;
}

using states = std::set<session_status>;

}  // namespace

CAF_TEST(what asks for something holds while that is to be done) {
  using enum session_status;
  const states for_tutor{scheduled, time_logged},
      for_students{awaiting_student_recap};
  const std::map<std::string_view, std::pair<std::string_view, states>> asks{
      {"tutor_recap_due", {"tutor:ann", for_tutor}},
      {"tutor_recap_reminder", {"tutor:ann", for_tutor}},
      {"student_recap_request", {"student:bob", for_students}},
      {"student_recap_reminder", {"student:bob", for_students}},
      {"tutor_remind_student", {"tutor:ann", for_students}},
      {"student_recap_overdue", {"support", for_students}},
      {"support_requested", {"support", {missed}}}};
  for (const auto &kind : notices())
    for (std::size_t i = 0; i < session_status_count; ++i) {
      const auto status = static_cast<session_status>(i);
      const auto found = asks.find(kind.kind);
      const auto to = found == asks.end() ? "tutor:ann" : found->second.first;
      const bool holds =
          found == asks.end() || found->second.second.contains(status);
      if (still_holds(kind.kind, to, in_state(status)) != holds)
        CAF_ERROR(kind.kind << " in " << to_string(status) << ": not "
                            << holds);
    }
  CAF_CHECK(still_holds("of_tomorrow", "tutor:ann", in_state(cancelled)));
}

CAF_TEST(a student is asked for a recap that is still to come) {
  const auto s = in_state(session_status::awaiting_student_recap);
  for (const auto *kind : {"student_recap_request", "student_recap_reminder"}) {
    CAF_CHECK(still_holds(kind, "student:bob", s));
    for (const auto *other : {"student:cal", "student:dan", "student:eve"})
      CAF_CHECK(!still_holds(kind, other, s));
  }
  auto all_wrote = s;
  all_wrote.participants[0].written = recap{};
  CAF_CHECK(!still_holds("tutor_remind_student", "tutor:ann", all_wrote));
  CAF_CHECK(!still_holds("student_recap_overdue", "support", all_wrote));
}

CAF_TEST(support is asked while nobody has answered) {
  auto s = in_state(session_status::missed);
  s.update_asked = false;
  CAF_CHECK(!still_holds("support_requested", "support", s));
}

CAF_TEST(money and a lost session are not muted) {
  std::set<std::string_view> always;
  for (const auto &kind : notices())
    if (!kind.muted_by_wish) always.insert(kind.kind);
  CAF_CHECK(
      (always
       == std::set<std::string_view>{
           "session_missed", "payout_deposited", "payout_corrected",
           "payout_reversed", "disbursement_sent", "disbursement_confirmed",
           "disbursement_failed", "disbursement_mismatch"}));
}

CAF_TEST(every reminder is a kind that asks) {
  for (const auto &reminder : reminder_table) {
    const auto *kind = find_notice(reminder.name);
    CAF_CHECK(kind != nullptr && kind->still_asked != nullptr);
  }
}
