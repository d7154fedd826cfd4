// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/judgement.hpp"

namespace recapd::workflows {

namespace {

constexpr std::ptrdiff_t most_participants = 50;

bool takes_part(const participant &p) {
  return p.status == participation::invited || p.status == participation::going;
}

void refuse_participant(judgement &j, const participant *p,
                        const std::string &student, std::string_view needed) {
  std::string detail = "Student " + student + " is ";
  detail += p == nullptr ? "no participant" : to_string(p->status);
  detail += "; this needs ";
  detail += needed;
  detail += '.';
  j.refuse(refusal_code::wrong_state, std::move(detail));
}

/// Ends the check unless the one who answers an invitation is the student
/// named and takes part, or is system.
void check_answerer(judgement &j, const std::string &student,
                    const participant *p) {
  const bool that_student = j.by_student(student) && p != nullptr;
  if (!that_student && !j.by_system())
    return j.refuse_unless_allowed("the invited student or system");
  if (!j.in(session_status::scheduled)) j.refuse_state("scheduled");
}

}  // namespace

void handle(judgement &j, const invite_participant &c) {
  if (!j.by_tutor() && !j.by_system())
    return j.refuse_unless_allowed("the session's tutor or system");
  if (!j.in(session_status::scheduled)) return j.refuse_state("scheduled");
  const auto *p = j.s.find(c.student);
  if (p != nullptr && takes_part(*p))
    return refuse_participant(j, p, c.student,
                              "a student who is not invited or going");
  const auto &all = j.s.participants;
  if (std::count_if(all.begin(), all.end(), takes_part) >= most_participants)
    return j.refuse(refusal_code::wrong_state,
                    "The session is full: 50 students are invited or going; "
                    "remove one first.");
  j.emit(participant_invited{.student = c.student});
}

void handle(judgement &j, const accept_invitation &c) {
  const auto *p = j.s.find(c.student);
  check_answerer(j, c.student, p);
  if (j.ended()) return;
  if (p == nullptr
      || (p->status != participation::invited
          && p->status != participation::declined))
    return refuse_participant(j, p, c.student,
                              "a student who is invited or declined");
  j.emit(invitation_accepted{.student = c.student});
}

void handle(judgement &j, const decline_invitation &c) {
  const auto *p = j.s.find(c.student);
  check_answerer(j, c.student, p);
  if (j.ended()) return;
  if (p == nullptr || !takes_part(*p))
    return refuse_participant(j, p, c.student,
                              "a student who is invited or going");
  if (p->joined)
    return j.refuse(refusal_code::wrong_state,
                    "Student " + c.student
                        + " was in the call; who was cannot decline any more.");
  j.emit(invitation_declined{.student = c.student});
}

namespace {

/// True where support may remove a student although time was logged.
bool is_logged(const judgement &j) {
  return j.in(session_status::time_logged)
         || j.in(session_status::awaiting_student_recap);
}

/// What of logged time is given back with the student.
std::vector<held_usage> part_of(const session &s, const std::string &student) {
  std::vector<held_usage> part;
  for (const auto &h : s.held)
    if (h.key.item == student) part.push_back(h);
  return part;
}

/// Of logged time: one going student must be left, and no recap goes with the
/// student.
void check_removal(judgement &j, const participant &p) {
  const auto &all = j.s.participants;
  const bool last =
      std::none_of(all.begin(), all.end(), [&](const auto &other) {
        return other.status == participation::going
               && other.student != p.student;
      });
  if (last)
    j.object(refusal_code::student_not_going,
             "Student " + p.student
                 + " is the last who is going; void the session instead.");
  if (p.written)
    j.object(refusal_code::recap_already_submitted,
             "The recap of student:" + p.student + " is in already.");
}

}  // namespace

void handle(judgement &j, const remove_participant &c) {
  if (!j.by_tutor() && !j.by_support() && !j.by_system())
    return j.refuse_unless_allowed("the session's tutor, support or system");
  const bool logged = j.by_support() && is_logged(j);
  if (!logged && !j.in(session_status::scheduled))
    return j.refuse_state(
        j.by_support() ? "scheduled, time_logged or awaiting_student_recap"
                       : "scheduled");
  const auto *p = j.s.find(c.student);
  if (p == nullptr || !takes_part(*p))
    return refuse_participant(j, p, c.student,
                              "a student who is invited or going");
  if (p->joined && !j.by_support())
    return j.refuse(refusal_code::wrong_state,
                    "Student " + c.student
                        + " joined the call; only support may remove one who "
                          "did.");
  if (logged) check_removal(j, *p);
  if (j.refused()) return;
  j.emit(participant_removed{.student = c.student,
                             .released = part_of(j.s, c.student)});
  if (j.in(session_status::awaiting_student_recap)
      && recaps_are_in(j.s, c.student))
    j.emit(session_completed{.automatic = false});
}

namespace {

/// Ends the check unless the participant themself acts, or system, and a tutor
/// named is the session's.
void check_caller(judgement &j, const person &who) {
  const bool of_session = who.as == role::tutor
                              ? who.id == j.s.tutor
                              : j.by_system() || j.s.find(who.id) != nullptr;
  if ((j.f.by != who && !j.by_system()) || !of_session)
    return j.refuse_unless_allowed("that participant of the session or system");
  if (j.s.how != modality::online)
    j.refuse(refusal_code::wrong_state,
             "The session is in_person; calls are for online ones.");
}

bool in_call(const session &s, const person &who) {
  if (who.as == role::tutor) return s.tutor_in_call;
  const auto *p = s.find(who.id);
  return p != nullptr && p->in_call;
}

}  // namespace

void handle(judgement &j, const join_call &c) {
  const auto &who = c.participant;
  check_caller(j, who);
  if (j.ended()) return;
  if (!j.in(session_status::scheduled)) return j.refuse_state("scheduled");
  if (in_call(j.s, who))
    return j.refuse(refusal_code::wrong_state,
                    to_string(who) + " is in the call already.");
  if (j.s.call_changes >= j.r.max_call_changes)
    return j.refuse(refusal_code::wrong_state,
                    "The call was joined and left "
                        + std::to_string(j.s.call_changes)
                        + " times, the most that a session may have.");
  if (who.as == role::student) {
    const auto *p = j.s.find(who.id);
    if (p == nullptr || p->status != participation::going)
      j.object(refusal_code::student_not_going,
               "Student " + who.id
                   + " is not going; the invitation must be accepted first.");
  }
  j.emit(call_joined{.participant = who, .number = j.s.call_changes + 1});
}

void handle(judgement &j, const leave_call &c) {
  const auto &who = c.participant;
  check_caller(j, who);
  if (j.ended()) return;
  if (who.as == role::student && j.s.find(who.id) == nullptr)
    j.object(refusal_code::student_not_going,
             "Student " + who.id + " is no participant of the session.");
  else if (!in_call(j.s, who))
    return j.refuse(refusal_code::wrong_state,
                    to_string(who) + " is not in the call.");
  j.emit(call_left{.participant = who, .number = j.s.call_changes + 1});
}

}  // namespace recapd::workflows
