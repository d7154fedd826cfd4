// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/decision_draft.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace {

/// Lists the participants that `wanted` picks, as a sentence does.
template <class Predicate>
std::string students_that(const session &s, Predicate wanted) {
  std::string names;
  for (const auto &p : s.participants)
    if (wanted(p)) names += (names.empty() ? "" : ", ") + p.student;
  return names;
}

void check_window(decision_draft &d) {
  if (d.f.received_at < d.s.starts_at)
    d.object(refusal_code::too_early, "Time can be logged from "
                                          + format_rfc3339(d.s.starts_at)
                                          + " on.");
  if (d.in(session_status::missed))
    d.object(refusal_code::window_closed, "The window closed at "
                                              + format_rfc3339(d.s.deadline)
                                              + "; ask support to reopen it.");
}

void check_participants(decision_draft &d, bool leave_call) {
  const auto &all = d.s.participants;
  if (std::none_of(all.begin(), all.end(), [](const participant &p) {
        return p.status == participation::going;
      }))
    d.object(refusal_code::student_not_going,
             "No student is going; at least one must be.");
  const auto unanswered = students_that(d.s, [](const participant &p) {
    return p.status == participation::invited;
  });
  if (!unanswered.empty())
    d.object(refusal_code::unanswered_invitation,
             "Still invited: " + unanswered
                 + "; they accept or decline, or are removed.");
  if (leave_call) return;
  const auto calling =
      students_that(d.s, [](const participant &p) { return p.in_call; });
  if (!calling.empty())
    d.object(refusal_code::participants_in_call,
             "In the call: " + calling
                 + "; wait for them, or log with leave_call.");
}

/// Returns why the recap is too long, or nothing.
std::optional<std::string>
excess_of(const recap &written, const text_figures &figures, const rules &r) {
  const auto bytes = bytes_of(written);
  if (bytes > largest_recap_bytes)
    return "The recap has " + std::to_string(bytes) + " bytes of UTF-8; "
           + std::to_string(largest_recap_bytes) + " are the most.";
  if (figures.beyond)
    return "A character of the recap is made of "
           + std::to_string(measured(written).widest) + " code points; "
           + std::to_string(largest_cluster) + " are the most.";
  if (figures.characters > r.max_recap_characters)
    return "The recap has " + std::to_string(figures.characters)
           + " characters; " + std::to_string(r.max_recap_characters)
           + " are the most.";
  return std::nullopt;
}

/// Returns the recap's figures; objects where they are not as the rules say.
text_figures check_recap(decision_draft &d, const recap &written) {
  const auto figures =
      d.f.figures != nullptr ? *d.f.figures : figures_of(written);
  if (figures.characters < d.r.min_recap_characters)
    d.object(refusal_code::recap_too_short,
             "The recap has " + std::to_string(figures.characters)
                 + " characters that can be seen; "
                 + std::to_string(d.r.min_recap_characters)
                 + " are the least.");
  if (auto why = excess_of(written, figures, d.r))
    d.object(refusal_code::recap_too_long, *std::move(why));
  return figures;
}

flag_set flags_of_recap(const text_figures &figures) {
  flag_set flags;
  if (repetitive(figures)) flags.raise(session_flag::repetitive_recap);
  return flags;
}

/// Handles log_time and, where a recap is written, complete_session.
void log(decision_draft &d, std::int64_t given, bool leave_call,
         const recap *written) {
  if (!d.by_tutor()) return d.refuse_unless_allowed("the session's tutor");
  if (!d.in(session_status::scheduled) && !d.in(session_status::missed))
    return d.refuse_state("scheduled");
  check_window(d);
  check_participants(d, leave_call);
  const auto minutes = check_minutes(d, given);
  text_figures figures;
  if (written != nullptr) figures = check_recap(d, *written);
  auto claims = d.claims_for(minutes);
  d.object_to(claims);
  if (d.refused()) return;
  d.emit(time_logged{
      .minutes = *minutes,
      .given = given,
      .leave_call = leave_call,
      .claims = std::move(claims),
      .flags = flags_of_minutes(d.s, d.r, *minutes, d.f.received_at)});
  if (written != nullptr)
    d.emit(tutor_recap_submitted{.written = *written,
                                 .figures = figures,
                                 .flags = flags_of_recap(figures)});
}

void object_to_second_recap(decision_draft &d) {
  d.object(refusal_code::recap_already_submitted,
           "The recap of " + to_string(d.f.by) + " is in already.");
}

void submit_by_tutor(decision_draft &d, const recap &written) {
  const bool too_late = d.in(session_status::missed) && d.s.minutes;
  const bool again = d.in(session_status::awaiting_student_recap);
  if (!d.in(session_status::time_logged) && !too_late && !again)
    return d.refuse_state("time_logged");
  if (too_late) check_window(d);
  const auto figures = check_recap(d, written);
  if (again) object_to_second_recap(d);
  d.emit(tutor_recap_submitted{.written = written,
                               .figures = figures,
                               .flags = flags_of_recap(figures)});
}

/// Returns true if the session was completed after the command was received,
/// which then counts, and completes nothing.
bool was_completed_later(const decision_draft &d) {
  return (d.in(session_status::completed) || d.in(session_status::paid))
         && d.s.completed_at && d.f.received_at < *d.s.completed_at;
}

void submit_by_student(decision_draft &d, const participant &p,
                       const recap &written) {
  const bool waits = d.in(session_status::awaiting_student_recap);
  if (!waits && !d.in(session_status::disputed) && !was_completed_later(d))
    return d.refuse_state("awaiting_student_recap or disputed");
  const auto figures = check_recap(d, written);
  if (p.written) object_to_second_recap(d);
  if (d.refused()) return;
  d.emit(student_recap_submitted{.student = p.student,
                                 .written = written,
                                 .figures = figures,
                                 .flags = flags_of_recap(figures)});
  if (!waits) return;
  if (recaps_are_in(d.s, p.student)
      || d.r.confirmation == confirmation_rule::any_student)
    d.emit(session_completed{.automatic = false});
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

std::optional<int> check_minutes(decision_draft &d, std::int64_t given) {
  const auto minutes = rounded_minutes(given, d.r);
  if (!minutes)
    d.object(refusal_code::invalid_minutes,
             "Minutes are 1 to " + std::to_string(d.r.max_minutes)
                 + ", also when rounded up to a multiple of "
                 + std::to_string(d.r.step_minutes) + ".");
  return minutes;
}

void handle(decision_draft &d, const log_time &c) {
  log(d, c.minutes, c.leave_call, nullptr);
}

void handle(decision_draft &d, const complete_session &c) {
  log(d, c.minutes, c.leave_call, &c.written);
}

void handle(decision_draft &d, const submit_recap &c) {
  if (d.by_tutor()) return submit_by_tutor(d, c.written);
  const auto *p = d.f.by.as == role::student ? d.s.find(d.f.by.id) : nullptr;
  if (p == nullptr || p->status != participation::going)
    return d.refuse_unless_allowed("the session's tutor or a going student");
  submit_by_student(d, *p, c.written);
}

}  // namespace recapd::workflows
