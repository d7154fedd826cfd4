// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "workflows/session/decide.hpp"
#include "workflows/session/decision_draft.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

namespace {

bool goes(const session &s, const person &who) {
  const auto *p = who.as == role::student ? s.find(who.id) : nullptr;
  return p != nullptr && p->status == participation::going;
}

/// Returns when the session was or will be settled; nothing before it is
/// completed.
std::optional<instant> settled_at(const decision_draft &d) {
  if (d.in(session_status::paid) && !d.r.settle_after) return d.s.completed_at;
  auto s = d.s;
  if (d.in(session_status::paid)) s.status = session_status::completed;
  return settle_at(s, d.r);
}

}  // namespace

bool is_confirmed(const session &s, const rules &decided_by) {
  if (recaps_are_in(s, {})) return true;
  return decided_by.confirmation == confirmation_rule::any_student
         && std::ranges::any_of(s.participants, [](const participant &p) {
              return p.status == participation::going && p.written;
            });
}

void handle(decision_draft &d, const dispute_session &c) {
  if (!d.by_tutor() && !goes(d.s, d.f.by))
    return d.refuse_unless_allowed("the session's tutor or a going student");
  // What was received before its settlement was due counts after it, too.
  const auto end = settled_at(d);
  const bool in_time = end && d.f.received_at < *end;
  if (!d.in(session_status::awaiting_student_recap)
      && !d.in(session_status::completed)
      && !(d.in(session_status::paid) && in_time))
    return d.refuse_state("awaiting_student_recap or completed");
  if (has_disputed(d.s, d.f.by))
    return d.refuse(refusal_code::wrong_state,
                    to_string(d.f.by)
                        + " disputed the session before; a person may once.");
  // It counts as paid even if its timer has not fired yet.
  if (end && !in_time)
    return d.refuse(refusal_code::wrong_state,
                    "The settlement was due at " + format_rfc3339(*end)
                        + "; a dispute comes before it.");
  d.emit(session_disputed{.reason = c.reason});
}

void handle(decision_draft &d, const uphold_session &c) {
  if (!d.by_support()) return d.refuse_unless_allowed("support");
  if (!d.in(session_status::disputed)) return d.refuse_state("disputed");
  d.emit(session_upheld{.note = c.note});
  complete_what_was_disputed(d);
}

void complete_what_was_disputed(decision_draft &d) {
  if (d.in(session_status::disputed) && d.s.disputes
      && d.s.disputes->from == session_status::awaiting_student_recap
      && is_confirmed(d.s, d.r))
    d.emit(session_completed{.automatic = false});
}

}  // namespace recapd::workflows
