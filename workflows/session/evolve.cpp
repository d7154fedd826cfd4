// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/evolve.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "workflows/session/erasure.hpp"

namespace recapd::workflows {

namespace {

participant *find(session &s, std::string_view student) {
  return const_cast<participant *>(std::as_const(s).find(student));
}

std::vector<counted_usage> usage_of(const std::vector<claim> &claims) {
  std::vector<counted_usage> usage;
  usage.reserve(claims.size());
  for (const auto &c : claims)
    usage.push_back({.key = c.key, .amount = c.amount});
  return usage;
}

/// Starts or stops counting the time that tutor and student share in the call.
void follow_call(session &s, instant at) {
  const bool shared =
      s.tutor_in_call
      && std::any_of(s.participants.begin(), s.participants.end(),
                     [](const participant &p) { return p.in_call; });
  if (shared == s.shared_call_since.has_value()) return;
  if (shared) {
    s.shared_call_since = at;
    s.call_shared = true;
    return;
  }
  // Commands may be received out of order, and time never counts backwards.
  s.shared_call +=
      std::max(at - *s.shared_call_since, std::chrono::microseconds{0});
  s.shared_call_since.reset();
}

void set_in_call(session &s, const person &who, bool in_call, instant at) {
  if (who.as == role::tutor) {
    s.tutor_in_call = in_call;
    s.tutor_joined = s.tutor_joined || in_call;
  } else if (auto *p = find(s, who.id)) {
    p->in_call = in_call;
    p->joined = p->joined || in_call;
  }
  follow_call(s, at);
}

/// Return the sum and the difference, which stay within 0 and the largest
/// number whatever a history says.
template <class Number> Number raised(Number value, Number by) {
  return value + std::min(by, std::numeric_limits<Number>::max() - value);
}
template <class Number> Number lowered(Number value, Number by) {
  return value - std::min(by, value);
}

void give_back(session &s, const std::vector<counted_usage> &released) {
  for (const auto &less : released)
    for (auto &u : s.usage)
      if (u.key == less.key) u.amount = lowered(u.amount, less.amount);
  std::erase_if(s.usage, [](const counted_usage &u) { return u.amount == 0; });
}

/// Raises usage by the claims of a correction, which are on counters that the
/// session counts in already.
void count_more(session &s, const std::vector<claim> &claims) {
  for (const auto &c : claims)
    for (auto &u : s.usage)
      if (u.key == c.key) u.amount = raised(u.amount, c.amount);
}

/// Lets a disputed session go back to where it was; its clocks go on with what
/// remained of them.
void end_dispute(session &s, instant at) {
  if (s.status != session_status::disputed || !s.disputes) return;
  auto now = *s.disputes;
  s.status = now.from;
  // Commands may be received out of order, and time never counts backwards.
  // What is paid has no clock left.
  if (now.from != session_status::paid)
    now.stood += std::max(at - now.since, std::chrono::microseconds{0});
  s.disputes = std::move(now);
}

void set_status(session &s, std::string_view student, participation status) {
  if (auto *p = find(s, student)) p->status = status;
}

void apply(session &s, const session_scheduled &e, const event &) {
  s.status = session_status::scheduled;
  s.tutor = e.what.tutor;
  s.course = e.what.course;
  s.program = e.what.program;
  s.how = e.what.how;
  s.timezone = e.what.timezone.value_or("");
  s.starts_at = e.what.starts_at;
  s.deadline = e.deadline;
  s.rate_per_hour = e.what.rate_per_hour.value_or(0);
  s.currency = e.what.currency.value_or("");
  s.policy_version = e.policy_version;
  s.participants.reserve(e.what.students.size());
  for (const auto &student : e.what.students)
    s.participants.push_back({.student = student});
}

void apply(session &s, const participant_invited &e, const event &) {
  if (auto *p = find(s, e.student))
    p->status = participation::invited;
  else
    s.participants.push_back({.student = e.student});
}

void apply(session &s, const invitation_accepted &e, const event &) {
  set_status(s, e.student, participation::going);
}

void apply(session &s, const invitation_declined &e, const event &) {
  set_status(s, e.student, participation::declined);
}

void apply(session &s, const participant_removed &e, const event &) {
  set_status(s, e.student, participation::removed);
  give_back(s, e.released);
}

void apply(session &s, const call_joined &e, const event &whole) {
  s.call_changes = e.number;
  set_in_call(s, e.participant, true, whole.at);
}

void apply(session &s, const call_left &e, const event &whole) {
  s.call_changes = e.number;
  set_in_call(s, e.participant, false, whole.at);
}

void apply(session &s, const time_logged &e, const event &whole) {
  s.status = session_status::time_logged;
  s.minutes = e.minutes;
  s.usage = usage_of(e.claims);
  s.flags.raise(e.flags);
  if (!e.leave_call) return;
  s.tutor_in_call = false;
  follow_call(s, whole.at);
}

void apply(session &s, const time_corrected &e, const event &whole) {
  end_dispute(s, whole.at);
  s.minutes = e.minutes;
  s.flags.raise(session_flag::corrected);
  count_more(s, e.claims);
  give_back(s, e.released);
  if (!e.payment || !s.paid) return;
  auto now = *s.paid;
  now.amount = e.payment->from == program_account(s.program)
                   ? raised(now.amount, e.payment->amount)
                   : lowered(now.amount, e.payment->amount);
  now.corrections = e.payment->n;
  s.paid = now;
}

void apply(session &s, const tutor_recap_submitted &e, const event &whole) {
  s.status = session_status::awaiting_student_recap;
  s.tutor_recap = e.written;
  s.flags.raise(e.flags);
  s.requested_at = whole.at;
  s.miss_told = false;
}

void apply(session &s, const student_recap_submitted &e, const event &) {
  if (auto *p = find(s, e.student)) p->written = e.written;
  s.flags.raise(e.flags);
}

void apply(session &s, const session_completed &, const event &whole) {
  s.status = session_status::completed;
  s.completed_at = whole.at;
  if (!s.disputes) return;
  auto now = *s.disputes;
  now.stood = {};  // the clocks of what it was before are over
  s.disputes = std::move(now);
}

void apply(session &s, const session_paid &e, const event &whole) {
  s.status = session_status::paid;
  s.paid = payout{.amount = e.payment.amount, .settled_at = whole.at};
}

void apply(session &s, const session_missed &, const event &) {
  s.status = session_status::missed;
  s.miss_told = true;
  s.update_asked = false;
  s.usage.clear();
}

void apply(session &s, const miss_lifted &e, const event &) {
  s.status =
      s.minutes ? session_status::time_logged : session_status::scheduled;
  s.usage = usage_of(e.claims);
}

void apply(session &s, const session_cancelled &, const event &) {
  s.status = session_status::cancelled;
}

void apply(session &s, const session_disputed &, const event &whole) {
  auto now = s.disputes ? *s.disputes : dispute_record{};
  now.by.push_back(whole.by);
  now.from = s.status;
  // A clock that began after the dispute was received has not stood before.
  const auto &began = now.from == session_status::awaiting_student_recap
                          ? s.requested_at
                          : s.completed_at;
  now.since = began ? std::max(whole.at, *began + now.stood) : whole.at;
  s.disputes = std::move(now);
  s.status = session_status::disputed;
}

void apply(session &s, const session_upheld &, const event &whole) {
  end_dispute(s, whole.at);
}

void apply(session &s, const support_requested &, const event &) {
  s.update_asked = true;
}

void apply(session &s, const session_reopened &e, const event &) {
  s.status = session_status::scheduled;
  s.deadline = e.deadline;
  s.reminders = e.reminders;
  s.miss_told = false;
  s.update_asked = false;
  s.flags = {};
  s.minutes.reset();
  s.usage.clear();
  s.tutor_recap.reset();
  s.requested_at.reset();
  s.completed_at.reset();
}

void apply(session &s, const update_denied &, const event &) {
  s.status = session_status::update_denied;
}

void apply(session &s, const session_voided &e, const event &) {
  s.status = session_status::voided;
  s.usage.clear();
  if (!e.reversal || !s.paid) return;
  auto now = *s.paid;
  now.amount = 0;  // a reversal takes back the net
  s.paid = now;
}

void apply(session &s, const reminder_sent &e, const event &whole) {
  s.reminded_at = whole.at;
  // A kind with a single time has no count.
  s.reminders.over[e.kind] = reminder_of(e.kind).list ? e.count : 1;
}

void apply(session &s, const person_erased &e, const event &) {
  erase_recaps(s, e.who);
}

}  // namespace

session evolve(session state, const event &e) {
  std::visit([&](const auto &what) { apply(state, what, e); }, e.what);
  state.version = e.seq;
  return state;
}

}  // namespace recapd::workflows
