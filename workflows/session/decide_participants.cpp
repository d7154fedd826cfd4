// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/decision_draft.hpp"

namespace recapd::workflows {

namespace {

constexpr std::ptrdiff_t most_participants = 50;

bool takes_part(const participant &p) {
  return p.status == participation::invited || p.status == participation::going;
}

void refuse_participant(decision_draft &d, const participant *p,
                        const std::string &student, std::string_view needed) {
  std::string detail = "Student " + student + " is ";
  detail += p == nullptr ? "no participant" : to_string(p->status);
  detail += "; this needs ";
  detail += needed;
  detail += '.';
  d.refuse(refusal_code::wrong_state, std::move(detail));
}

/// Ends the check unless system, or the student named if they are a
/// participant, answers the invitation of a scheduled session.
void check_answerer(decision_draft &d, const std::string &student,
                    const participant *p) {
  const bool that_student = d.by_student(student) && p != nullptr;
  if (!that_student && !d.by_system())
    return d.refuse_unless_allowed("the invited student or system");
  if (!d.in(session_status::scheduled)) d.refuse_state("scheduled");
}

}  // namespace

void handle(decision_draft &d, const invite_participant &c) {
  if (!d.by_tutor() && !d.by_system())
    return d.refuse_unless_allowed("the session's tutor or system");
  if (!d.in(session_status::scheduled)) return d.refuse_state("scheduled");
  const auto *p = d.s.find(c.student);
  if (p != nullptr && takes_part(*p))
    return refuse_participant(d, p, c.student,
                              "a student who is not invited or going");
  const auto &all = d.s.participants;
  if (std::count_if(all.begin(), all.end(), takes_part) >= most_participants)
    return d.refuse(refusal_code::wrong_state,
                    "The session is full: 50 students are invited or going; "
                    "remove one first.");
  d.refuse_if_full();
  d.emit(participant_invited{.student = c.student});
}

void handle(decision_draft &d, const accept_invitation &c) {
  const auto *p = d.s.find(c.student);
  check_answerer(d, c.student, p);
  if (d.ended()) return;
  if (p == nullptr
      || (p->status != participation::invited
          && p->status != participation::declined))
    return refuse_participant(d, p, c.student,
                              "a student who is invited or declined");
  d.refuse_if_full();
  d.emit(invitation_accepted{.student = c.student});
}

void handle(decision_draft &d, const decline_invitation &c) {
  const auto *p = d.s.find(c.student);
  check_answerer(d, c.student, p);
  if (d.ended()) return;
  if (p == nullptr || !takes_part(*p))
    return refuse_participant(d, p, c.student,
                              "a student who is invited or going");
  if (p->joined)
    return d.refuse(refusal_code::wrong_state,
                    "Student " + c.student
                        + " was in the call; who was cannot decline any more.");
  d.refuse_if_full();
  d.emit(invitation_declined{.student = c.student});
}

namespace {

/// Returns true in states with logged time where support may remove students.
bool is_logged(const decision_draft &d) {
  return d.in(session_status::time_logged)
         || d.in(session_status::awaiting_student_recap);
}

/// Returns what the session counts for the student, which a removal gives back.
std::vector<counted_usage> part_of(const session &s,
                                   const std::string &student) {
  std::vector<counted_usage> part;
  for (const auto &h : s.usage)
    if (h.key.item == student) part.push_back(h);
  return part;
}

/// Objects to a removal after time was logged if no going student would be
/// left, or if the student's recap is in.
void check_removal(decision_draft &d, const participant &p) {
  const auto &all = d.s.participants;
  const bool last =
      std::none_of(all.begin(), all.end(), [&](const auto &other) {
        return other.status == participation::going
               && other.student != p.student;
      });
  if (last)
    d.object(refusal_code::student_not_going,
             "Student " + p.student
                 + " is the last who is going; void the session instead.");
  if (p.written)
    d.object(refusal_code::recap_already_submitted,
             "The recap of student:" + p.student + " is in already.");
}

}  // namespace

void handle(decision_draft &d, const remove_participant &c) {
  if (!d.by_tutor() && !d.by_support() && !d.by_system())
    return d.refuse_unless_allowed("the session's tutor, support or system");
  const bool logged = d.by_support() && is_logged(d);
  if (!logged && !d.in(session_status::scheduled))
    return d.refuse_state(
        d.by_support() ? "scheduled, time_logged or awaiting_student_recap"
                       : "scheduled");
  const auto *p = d.s.find(c.student);
  if (p == nullptr || !takes_part(*p))
    return refuse_participant(d, p, c.student,
                              "a student who is invited or going");
  if (p->joined && !d.by_support())
    return d.refuse(refusal_code::wrong_state,
                    "Student " + c.student
                        + " joined the call; only support may remove one who "
                          "did.");
  if (logged) check_removal(d, *p);
  if (d.refused()) return;
  d.refuse_if_full();
  d.emit(participant_removed{.student = c.student,
                             .released = part_of(d.s, c.student)});
  if (d.in(session_status::awaiting_student_recap)
      && recaps_are_in(d.s, c.student))
    d.emit(session_completed{.automatic = false});
}

namespace {

/// Ends the check unless the participant themself or system acts, the
/// participant is the session's (system may name any student), and the session
/// is online.
void check_caller(decision_draft &d, const person &who) {
  const bool of_session = who.as == role::tutor
                              ? who.id == d.s.tutor
                              : d.by_system() || d.s.find(who.id) != nullptr;
  if ((d.f.by != who && !d.by_system()) || !of_session)
    return d.refuse_unless_allowed("that participant of the session or system");
  if (d.s.how != modality::online)
    d.refuse(refusal_code::wrong_state,
             "The session is in_person; calls are for online ones.");
}

bool in_call(const session &s, const person &who) {
  if (who.as == role::tutor) return s.tutor_in_call;
  const auto *p = s.find(who.id);
  return p != nullptr && p->in_call;
}

}  // namespace

void handle(decision_draft &d, const join_call &c) {
  const auto &who = c.participant;
  check_caller(d, who);
  if (d.ended()) return;
  if (!d.in(session_status::scheduled)) return d.refuse_state("scheduled");
  if (in_call(d.s, who))
    return d.refuse(refusal_code::wrong_state,
                    to_string(who) + " is in the call already.");
  if (d.s.call_changes >= d.r.max_call_changes)
    return d.refuse(refusal_code::wrong_state,
                    "The call was joined and left "
                        + std::to_string(d.s.call_changes)
                        + " times, the most that a session may have.");
  if (who.as == role::student) {
    const auto *p = d.s.find(who.id);
    if (p == nullptr || p->status != participation::going)
      d.object(refusal_code::student_not_going,
               "Student " + who.id
                   + " is not going; the invitation must be accepted first.");
  }
  d.emit(call_joined{.participant = who, .number = d.s.call_changes + 1});
}

void handle(decision_draft &d, const leave_call &c) {
  const auto &who = c.participant;
  check_caller(d, who);
  if (d.ended()) return;
  if (who.as == role::student && d.s.find(who.id) == nullptr)
    d.object(refusal_code::student_not_going,
             "Student " + who.id + " is no participant of the session.");
  else if (!in_call(d.s, who))
    return d.refuse(refusal_code::wrong_state,
                    to_string(who) + " is not in the call.");
  d.emit(call_left{.participant = who, .number = d.s.call_changes + 1});
}

}  // namespace recapd::workflows
