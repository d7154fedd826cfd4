// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/evolve.hpp"
#include "workflows/session/judgement.hpp"

namespace recapd::workflows {

namespace {

/// The names of participants that `wanted` picks, as a sentence lists them.
template <class Predicate>
std::string students_that(const session &s, Predicate wanted) {
  std::string names;
  for (const auto &p : s.participants)
    if (wanted(p)) names += (names.empty() ? "" : ", ") + p.student;
  return names;
}

void check_window(judgement &j) {
  if (j.f.received_at < j.s.starts_at)
    j.object(refusal_code::too_early, "Time can be logged from "
                                          + format_rfc3339(j.s.starts_at)
                                          + " on.");
  if (j.in(session_status::missed))
    j.object(refusal_code::window_closed, "The window closed at "
                                              + format_rfc3339(j.s.deadline)
                                              + "; ask support to reopen it.");
}

void check_participants(judgement &j, bool leave_call) {
  const auto &all = j.s.participants;
  if (std::none_of(all.begin(), all.end(), [](const participant &p) {
        return p.status == participation::going;
      }))
    j.object(refusal_code::student_not_going,
             "No student is going; at least one must be.");
  const auto unanswered = students_that(j.s, [](const participant &p) {
    return p.status == participation::invited;
  });
  if (!unanswered.empty())
    j.object(refusal_code::unanswered_invitation,
             "Still invited: " + unanswered
                 + "; they accept or decline, or are removed.");
  if (leave_call) return;
  const auto calling =
      students_that(j.s, [](const participant &p) { return p.in_call; });
  if (!calling.empty())
    j.object(refusal_code::participants_in_call,
             "In the call: " + calling
                 + "; wait for them, or log with leave_call.");
}

/// Why the recap is too long, or nothing.
std::optional<std::string>
excess_of(const recap &written, const recap_length &length, const rules &r) {
  const auto bytes = bytes_of(written);
  if (bytes > largest_recap_bytes)
    return "The recap has " + std::to_string(bytes) + " bytes of UTF-8; "
           + std::to_string(largest_recap_bytes) + " are the most.";
  if (length.widest > largest_cluster)
    return "A character of the recap is made of "
           + std::to_string(length.widest) + " code points; "
           + std::to_string(largest_cluster) + " are the most.";
  if (length.characters > r.max_recap_characters)
    return "The recap has " + std::to_string(length.characters)
           + " characters; " + std::to_string(r.max_recap_characters)
           + " are the most.";
  return std::nullopt;
}

void check_recap(judgement &j, const recap &written) {
  const auto length = measured(written);
  if (length.characters < j.r.min_recap_characters)
    j.object(refusal_code::recap_too_short,
             "The recap has " + std::to_string(length.characters)
                 + " characters that can be seen; "
                 + std::to_string(j.r.min_recap_characters)
                 + " are the least.");
  if (auto why = excess_of(written, length, j.r))
    j.object(refusal_code::recap_too_long, *std::move(why));
}

flag_set flags_of_recap(const recap &written) {
  flag_set flags;
  if (repetitive(written)) flags.raise(session_flag::repetitive_recap);
  return flags;
}

/// log_time, and complete_session with its recap.
void log(judgement &j, std::int64_t given, bool leave_call,
         const recap *written) {
  if (!j.by_tutor()) return j.refuse_unless_allowed("the session's tutor");
  if (!j.in(session_status::scheduled) && !j.in(session_status::missed))
    return j.refuse_state("scheduled");
  check_window(j);
  check_participants(j, leave_call);
  const auto minutes = check_minutes(j, given);
  if (written != nullptr) check_recap(j, *written);
  auto claims = j.claims_for(minutes);
  j.object_to(claims);
  if (j.refused()) return;
  j.emit(time_logged{
      .minutes = *minutes,
      .given = given,
      .leave_call = leave_call,
      .claims = std::move(claims),
      .flags = flags_of_minutes(j.s, j.r, *minutes, j.f.received_at)});
  if (written != nullptr)
    j.emit(tutor_recap_submitted{.written = *written,
                                 .flags = flags_of_recap(*written)});
}

void object_to_second_recap(judgement &j) {
  j.object(refusal_code::recap_already_submitted,
           "The recap of " + to_string(j.f.by) + " is in already.");
}

void submit_by_tutor(judgement &j, const recap &written) {
  const bool too_late = j.in(session_status::missed) && j.s.minutes;
  const bool again = j.in(session_status::awaiting_student_recap);
  if (!j.in(session_status::time_logged) && !too_late && !again)
    return j.refuse_state("time_logged");
  if (too_late) check_window(j);
  check_recap(j, written);
  if (again) object_to_second_recap(j);
  j.emit(tutor_recap_submitted{.written = written,
                               .flags = flags_of_recap(written)});
}

void submit_by_student(judgement &j, const participant &p,
                       const recap &written) {
  if (!j.in(session_status::awaiting_student_recap))
    return j.refuse_state("awaiting_student_recap");
  check_recap(j, written);
  if (p.written) object_to_second_recap(j);
  if (j.refused()) return;
  j.emit(student_recap_submitted{.student = p.student,
                                 .written = written,
                                 .flags = flags_of_recap(written)});
  if (recaps_are_in(j.s, p.student)
      || j.r.confirmation == confirmation_rule::any_student)
    j.emit(session_completed{.automatic = false});
}

}  // namespace

flag_set flags_of_minutes(const session &s, const rules &r, int minutes,
                          instant at) {
  flag_set flags;
  if (at - s.starts_at < std::chrono::minutes{minutes})
    flags.raise(session_flag::logged_before_end);
  const auto suggested = suggested_minutes(s, r, at);
  if (suggested && minutes > *suggested)
    flags.raise(session_flag::longer_than_call);
  if (s.how == modality::online && !s.call_shared)
    flags.raise(session_flag::nobody_in_call);
  return flags;
}

std::optional<int> rounded_minutes(std::int64_t given, const rules &r) {
  if (given < 1 || given > r.max_minutes) return std::nullopt;
  const auto minutes = static_cast<int>(given);
  const int rounded =
      (minutes + r.step_minutes - 1) / r.step_minutes * r.step_minutes;
  if (rounded > r.max_minutes) return std::nullopt;
  return rounded;
}

std::optional<int> check_minutes(judgement &j, std::int64_t given) {
  const auto minutes = rounded_minutes(given, j.r);
  if (!minutes)
    j.object(refusal_code::invalid_minutes,
             "Minutes are 1 to " + std::to_string(j.r.max_minutes)
                 + ", also when rounded up to a multiple of "
                 + std::to_string(j.r.step_minutes) + ".");
  return minutes;
}

void handle(judgement &j, const log_time &c) {
  log(j, c.minutes, c.leave_call, nullptr);
}

void handle(judgement &j, const complete_session &c) {
  log(j, c.minutes, c.leave_call, &c.written);
}

void handle(judgement &j, const submit_recap &c) {
  if (j.by_tutor()) return submit_by_tutor(j, c.written);
  const auto *p = j.f.by.as == role::student ? j.s.find(j.f.by.id) : nullptr;
  if (p == nullptr || p->status != participation::going)
    return j.refuse_unless_allowed("the session's tutor or a going student");
  submit_by_student(j, *p, c.written);
}

}  // namespace recapd::workflows
