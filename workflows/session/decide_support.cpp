// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/decision_draft.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(decision_draft &d, const cancel_session &c) {
  if (!d.by_tutor() && !d.by_system() && !d.by_support())
    return d.refuse_unless_allowed("the session's tutor, system or support");
  if (!d.in(session_status::scheduled)) return d.refuse_state("scheduled");
  d.emit(session_cancelled{.reason = c.reason});
}

void handle(decision_draft &d, const request_support &c) {
  if (!d.by_tutor()) return d.refuse_unless_allowed("the session's tutor");
  if (!d.in(session_status::missed)) return d.refuse_state("missed");
  d.refuse_if_full();
  d.emit(support_requested{.message = c.message});
}

void handle(decision_draft &d, const reopen_session &c) {
  if (!d.by_support()) return d.refuse_unless_allowed("support");
  if (!d.in(session_status::missed) && !d.in(session_status::update_denied))
    return d.refuse_state("missed or update_denied");
  const auto at = d.f.received_at;
  const auto until = later(at, std::chrono::hours{c.hours});
  d.emit(session_reopened{.hours = c.hours,
                          .note = c.note,
                          .deadline = until,
                          .reminders = reminders_after(d.s, d.r, at, until)});
}

void handle(decision_draft &d, const deny_update &c) {
  if (!d.by_support()) return d.refuse_unless_allowed("support");
  if (!d.in(session_status::missed)) return d.refuse_state("missed");
  d.emit(update_denied{.note = c.note});
}

void handle(decision_draft &d, const void_session &c) {
  if (!d.by_support()) return d.refuse_unless_allowed("support");
  if (!d.s.minutes || d.in(session_status::voided))
    return d.refuse_state("minutes that were logged and are not voided");
  d.emit(session_voided{.note = c.note,
                        .reversal = reversal(terms_of(d.s), d.s.paid)});
}

}  // namespace recapd::workflows
