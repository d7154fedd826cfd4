// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE matrix
#include "caf/test/unit_test.hpp"

#include <array>
#include <functional>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

constexpr std::size_t columns = 11;

/// The states, `nothing` first: bob and dan go, cal has declined, the tutor is
/// in the call, an hour's work was logged where that is past, and dan's recap
/// is in where it can be.
story in_state(std::size_t column) {
  story st;
  if (column == 0) return st;
  st.scheduled(plan({"bob", "cal", "dan"}));
  st.given(accept_invitation{.student = "bob"}, bob, start - 1h);
  st.given(decline_invitation{.student = "cal"}, cal, start - 1h);
  st.given(accept_invitation{.student = "dan"}, sis, start - 1h);
  st.given(join_call{.participant = ann}, ann, start);
  switch (static_cast<session_status>(column - 1)) {
  case session_status::scheduled:
    break;
  case session_status::time_logged:
    st.logged();
    break;
  case session_status::awaiting_student_recap:
    st.logged().submitted();
    st.given(submit_recap{.written = good}, who("student:dan"), start + 2h);
    break;
  case session_status::completed:
    st.logged().submitted().completed();
    break;
  case session_status::paid:
    st.logged().submitted().completed().settled();
    break;
  case session_status::missed:
    st.fires(just_late);
    break;
  case session_status::update_denied:
    st.fires(just_late);
    st.given(deny_update{.note = "no"}, eve, just_late);
    break;
  case session_status::cancelled:
    st.given(cancel_session{.reason = "ill"}, ann, start);
    break;
  case session_status::voided:
    st.logged().given(void_session{.note = "no"}, eve, start + 2h);
    break;
  case session_status::disputed:
    st.logged().submitted();
    st.given(submit_recap{.written = good}, who("student:dan"), start + 2h);
    st.given(dispute_session{.reason = "no"}, who("student:dan"), start + 2h);
    break;
  }
  return st;
}

/// A command by the one who may give it, and what each state answers.
struct row {
  command what;
  person by;
  std::array<std::string_view, columns> answers;
};

constexpr std::string_view unknown = "refused unknown-session";
constexpr std::string_view no_disbursement = "refused unknown-disbursement";
constexpr std::string_view wrong = "refused wrong-state";
constexpr std::string_view closed = "refused window-closed";
constexpr std::string_view not_you = "refused not-allowed";
constexpr std::string_view there = "refused session-exists";
constexpr std::string_view again = "refused recap-already-submitted";
constexpr std::string_view left = "call.left";
constexpr std::string_view undone = "session.voided";
constexpr std::string_view correction = "time.corrected";
constexpr std::string_view disputed = "session.disputed";
constexpr std::string_view reopened = "session.reopened";

const std::vector<row> &rows() {
  // nothing, scheduled, time_logged, awaiting_student_recap, completed, paid,
  // missed, update_denied, cancelled, voided, disputed
  static const std::vector<row> all{
      {plan(),
       sis,
       {"session.scheduled", there, there, there, there, there, there, there,
        there, there, there}},
      {invite_participant{.student = "cal"},
       ann,
       {unknown, "participant.invited", wrong, wrong, wrong, wrong, wrong,
        wrong, wrong, wrong, wrong}},
      {accept_invitation{.student = "cal"},
       cal,
       {unknown, "participant.accepted", wrong, wrong, wrong, wrong, wrong,
        wrong, wrong, wrong, wrong}},
      {decline_invitation{.student = "bob"},
       bob,
       {unknown, "participant.declined", wrong, wrong, wrong, wrong, wrong,
        wrong, wrong, wrong, wrong}},
      {remove_participant{.student = "bob"},
       ann,
       {unknown, "participant.removed", wrong, wrong, wrong, wrong, wrong,
        wrong, wrong, wrong, wrong}},
      {remove_participant{.student = "bob"},
       eve,
       {unknown, "participant.removed", "participant.removed",
        "participant.removed session.completed", wrong, wrong, wrong, wrong,
        wrong, wrong, wrong}},
      {join_call{.participant = bob},
       bob,
       {unknown, "call.joined", wrong, wrong, wrong, wrong, wrong, wrong, wrong,
        wrong, wrong}},
      {leave_call{.participant = ann},
       ann,
       {unknown, left, left, left, left, left, left, left, left, left, left}},
      {log_of(60),
       ann,
       {unknown, "time.logged", wrong, wrong, wrong, wrong, closed, wrong,
        wrong, wrong, wrong}},
      {complete_of(60),
       ann,
       {unknown, "time.logged tutor_recap.submitted", wrong, wrong, wrong,
        wrong, closed, wrong, wrong, wrong, wrong}},
      {submit_recap{.written = good},
       ann,
       {unknown, wrong, "tutor_recap.submitted", again, wrong, wrong, wrong,
        wrong, wrong, wrong, wrong}},
      {submit_recap{.written = good},
       bob,
       {unknown, wrong, wrong, "student_recap.submitted session.completed",
        wrong, wrong, wrong, wrong, wrong, wrong, "student_recap.submitted"}},
      {submit_recap{.written = good},
       cal,
       {unknown, not_you, not_you, not_you, not_you, not_you, not_you, not_you,
        not_you, not_you, not_you}},
      {cancel_session{.reason = "ill"},
       ann,
       {unknown, "session.cancelled", wrong, wrong, wrong, wrong, wrong, wrong,
        wrong, wrong, wrong}},
      {dispute_session{.reason = "less"},
       ann,
       {unknown, wrong, wrong, disputed, disputed, wrong, wrong, wrong, wrong,
        wrong, wrong}},
      {dispute_session{.reason = "less"},
       bob,
       {unknown, wrong, wrong, disputed, disputed, wrong, wrong, wrong, wrong,
        wrong, wrong}},
      {dispute_session{.reason = "less"},
       cal,
       {unknown, not_you, not_you, not_you, not_you, not_you, not_you, not_you,
        not_you, not_you, not_you}},
      {request_support{.message = "please"},
       ann,
       {unknown, wrong, wrong, wrong, wrong, wrong, "support.requested", wrong,
        wrong, wrong, wrong}},
      {reopen_session{.hours = 24, .note = "once"},
       eve,
       {unknown, wrong, wrong, wrong, wrong, wrong, reopened, reopened, wrong,
        wrong, wrong}},
      {deny_update{.note = "no"},
       eve,
       {unknown, wrong, wrong, wrong, wrong, wrong, "session.update_denied",
        wrong, wrong, wrong, wrong}},
      {correct_minutes{.minutes = 30, .note = "no"},
       eve,
       {unknown, wrong, correction, correction, correction, correction, wrong,
        wrong, wrong, wrong, correction}},
      {uphold_session{.note = "right"},
       eve,
       {unknown, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong,
        "session.upheld"}},
      {void_session{.note = "no"},
       eve,
       {unknown, wrong, undone, undone, undone, undone, wrong, wrong, wrong,
        wrong, undone}},
      {report_result{
           .result = disbursement_status::sent, .amount = 1, .currency = "USD"},
       sis,
       {unknown, no_disbursement, no_disbursement, no_disbursement,
        no_disbursement, no_disbursement, no_disbursement, no_disbursement,
        no_disbursement, no_disbursement, no_disbursement}},
      {fire_timers{},
       sis,
       {"nothing", "reminder.sent", "reminder.sent", "nothing", "nothing",
        "nothing", "nothing", "nothing", "nothing", "nothing", "nothing"}},
  };
  return all;
}

std::string column_name(std::size_t column) {
  if (column == 0) return "nothing";
  return std::string{to_string(static_cast<session_status>(column - 1))};
}

}  // namespace

CAF_TEST(every command has a row) {
  std::array<bool, std::variant_size_v<command>> seen{};
  for (const auto &r : rows())
    seen.at(r.what.index()) = true;
  for (bool s : seen)
    CAF_CHECK(s);
}

CAF_TEST(every state is a column) {
  std::size_t statuses = 0;
  while (statuses < columns) {
    const auto s = static_cast<session_status>(statuses);
    // The last value is disputed; one added later must become a column.
    ++statuses;
    if (s == session_status::disputed) break;
  }
  CAF_CHECK_EQUAL(statuses + 1, columns);
  for (std::size_t column = 1; column < columns; ++column)
    CAF_CHECK_EQUAL(to_string(in_state(column).s.status), column_name(column));
}

CAF_TEST(every state answers every command as its cell says) {
  for (const auto &r : rows())
    for (std::size_t column = 0; column < columns; ++column) {
      auto st = in_state(column);
      const auto before = st.s;
      const bool late = before.status == session_status::missed
                        || before.status == session_status::update_denied;
      const auto line = st.then(r.what, r.by, late ? just_late : start + 3h);
      if (line != r.answers.at(column))
        CAF_ERROR(type_of(r.what)
                  << " by " << to_string(r.by) << " in " << column_name(column)
                  << ": " << line << " instead of " << r.answers.at(column));
      else
        CAF_CHECK(true);
      if (line.starts_with("refused")) CAF_CHECK(st.s == before);
    }
}

CAF_TEST(every command is for those the contract lets and nobody else) {
  // Who may, by command: t that tutor, b student bob, s support, y system.
  const std::pair<command, std::string_view> who_may[] = {
      {plan(), "ty"},
      {invite_participant{.student = "dan"}, "ty"},
      {accept_invitation{.student = "bob"}, "by"},
      {decline_invitation{.student = "bob"}, "by"},
      {remove_participant{.student = "bob"}, "tsy"},
      {join_call{.participant = ann}, "ty"},
      {join_call{.participant = bob}, "by"},
      {leave_call{.participant = ann}, "ty"},
      {leave_call{.participant = bob}, "by"},
      {log_of(60), "t"},
      {complete_of(60), "t"},
      {submit_recap{.written = good}, "tb"},
      {cancel_session{.reason = ""}, "tys"},
      {dispute_session{.reason = ""}, "tb"},
      {request_support{.message = ""}, "t"},
      {reopen_session{.hours = 1, .note = ""}, "s"},
      {deny_update{.note = ""}, "s"},
      {correct_minutes{.minutes = 30, .note = ""}, "s"},
      {uphold_session{.note = ""}, "s"},
      {void_session{.note = ""}, "s"},
  };
  const std::pair<person, char> people[] = {{ann, 't'},
                                            {bob, 'b'},
                                            {eve, 's'},
                                            {sis, 'y'},
                                            {who("tutor:tom"), '-'},
                                            {who("student:ann"), '-'},
                                            {cal, '-'},
                                            {who("tutor:bob"), '-'}};
  for (const auto &[what, allowed] : who_may)
    for (const auto &[by, letter] : people) {
      story st;
      st.ready();
      const bool may = allowed.find(letter) != std::string_view::npos;
      const bool refused = st.then(what, by, start) == not_you;
      if (refused == may)
        CAF_ERROR(type_of(what) << " by " << to_string(by));
      else
        CAF_CHECK(true);
    }
}
