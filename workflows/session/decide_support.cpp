// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/judgement.hpp"
#include "workflows/session/reminders.hpp"

namespace recapd::workflows {

void handle(judgement &j, const cancel_session &c) {
  if (!j.by_tutor() && !j.by_system() && !j.by_support())
    return j.refuse_unless_allowed("the session's tutor, system or support");
  if (!j.in(session_status::scheduled)) return j.refuse_state("scheduled");
  j.emit(session_cancelled{.reason = c.reason});
}

void handle(judgement &j, const request_support &c) {
  if (!j.by_tutor()) return j.refuse_unless_allowed("the session's tutor");
  if (!j.in(session_status::missed)) return j.refuse_state("missed");
  j.emit(support_requested{.message = c.message});
}

void handle(judgement &j, const reopen_session &c) {
  if (!j.by_support()) return j.refuse_unless_allowed("support");
  if (!j.in(session_status::missed) && !j.in(session_status::update_denied))
    return j.refuse_state("missed or update_denied");
  const auto at = j.f.received_at;
  const auto until = later(at, std::chrono::hours{c.hours});
  j.emit(session_reopened{.hours = c.hours,
                          .note = c.note,
                          .deadline = until,
                          .reminders = reminders_after(j.s, j.r, at, until)});
}

void handle(judgement &j, const deny_update &c) {
  if (!j.by_support()) return j.refuse_unless_allowed("support");
  if (!j.in(session_status::missed)) return j.refuse_state("missed");
  j.emit(update_denied{.note = c.note});
}

void handle(judgement &j, const void_session &c) {
  if (!j.by_support()) return j.refuse_unless_allowed("support");
  if (!j.s.minutes || j.in(session_status::voided))
    return j.refuse_state("minutes that were logged and are not voided");
  j.emit(session_voided{.note = c.note,
                        .reversal = reversal(terms_of(j.s), j.s.paid)});
}

}  // namespace recapd::workflows
