// Commands and events: what is asked of a session, and what comes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workflows/disbursements.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

// Each struct has its type on the wire and in the store, and an `each_member`
// that tells what its members are, by which workflows/json/members.hpp reads
// and writes them.

inline constexpr int longest_reopening_hours = 720;

// ---- commands (docs/contract.md, 1; `data` of each) ------------------------

struct schedule_session {
  static constexpr std::string_view type = "session.schedule";
  std::string tutor;
  std::string course;
  instant starts_at;
  modality how = modality::online;
  std::vector<std::string> students;
  std::string program = "default";
  std::optional<std::int64_t> rate_per_hour;
  std::optional<std::string> currency;
  std::optional<std::string> timezone;
  bool operator==(const schedule_session &) const = default;
  static void each_member(auto &m, auto &c) {
    m.id("tutor", c.tutor);
    m.id("course", c.course);
    m.time("starts_at", c.starts_at);
    m.named("modality", c.how, parse_modality, "online or in_person");
    m.students("students", c.students);
    if (m.optional("program")) m.id("program", c.program);
    if (m.there("rate_per_hour", c.rate_per_hour))
      m.whole("rate_per_hour", *c.rate_per_hour, 0, largest_rate_per_hour);
    if (m.there("currency", c.currency)) m.currency("currency", *c.currency);
    if (m.there("timezone", c.timezone)) m.time_zone("timezone", *c.timezone);
  }
};
struct invite_participant {
  static constexpr std::string_view type = "participant.invite";
  std::string student;
  bool operator==(const invite_participant &) const = default;
  static void each_member(auto &m, auto &c) { m.id("student", c.student); }
};
struct accept_invitation {
  static constexpr std::string_view type = "participant.accept";
  std::string student;
  bool operator==(const accept_invitation &) const = default;
  static void each_member(auto &m, auto &c) { m.id("student", c.student); }
};
struct decline_invitation {
  static constexpr std::string_view type = "participant.decline";
  std::string student;
  bool operator==(const decline_invitation &) const = default;
  static void each_member(auto &m, auto &c) { m.id("student", c.student); }
};
struct remove_participant {
  static constexpr std::string_view type = "participant.remove";
  std::string student;
  bool operator==(const remove_participant &) const = default;
  static void each_member(auto &m, auto &c) { m.id("student", c.student); }
};
struct join_call {
  static constexpr std::string_view type = "call.join";
  person participant;
  bool operator==(const join_call &) const = default;
  static void each_member(auto &m, auto &c) {
    m.participant("participant", c.participant);
  }
};
struct leave_call {
  static constexpr std::string_view type = "call.leave";
  person participant;
  bool operator==(const leave_call &) const = default;
  static void each_member(auto &m, auto &c) {
    m.participant("participant", c.participant);
  }
};
struct log_time {
  static constexpr std::string_view type = "session.log_time";
  std::int64_t minutes = 0;  ///< as given: not yet checked or rounded
  bool leave_call = false;
  bool operator==(const log_time &) const = default;
  static void each_member(auto &m, auto &c) {
    m.clamped("minutes", c.minutes);
    if (m.optional("leave_call")) m.boolean("leave_call", c.leave_call);
  }
};
struct complete_session {
  static constexpr std::string_view type = "session.complete";
  std::int64_t minutes = 0;
  recap written;
  bool leave_call = false;
  bool operator==(const complete_session &) const = default;
  static void each_member(auto &m, auto &c) {
    m.clamped("minutes", c.minutes);
    m.object("recap", c.written);
    if (m.optional("leave_call")) m.boolean("leave_call", c.leave_call);
  }
};
struct submit_recap {
  static constexpr std::string_view type = "recap.submit";
  recap written;
  bool operator==(const submit_recap &) const = default;
  static void each_member(auto &m, auto &c) { m.object("recap", c.written); }
};
struct cancel_session {
  static constexpr std::string_view type = "session.cancel";
  std::string reason;
  bool operator==(const cancel_session &) const = default;
  static void each_member(auto &m, auto &c) { m.text("reason", c.reason); }
};
/// Says that what was logged or confirmed is wrong.
struct dispute_session {
  static constexpr std::string_view type = "session.dispute";
  std::string reason;
  bool operator==(const dispute_session &) const = default;
  static void each_member(auto &m, auto &c) { m.text("reason", c.reason); }
};
struct request_support {
  static constexpr std::string_view type = "support.request";
  std::string message;
  bool operator==(const request_support &) const = default;
  static void each_member(auto &m, auto &c) { m.text("message", c.message); }
};
struct reopen_session {
  static constexpr std::string_view type = "support.reopen";
  int hours = 0;
  std::string note;
  bool operator==(const reopen_session &) const = default;
  static void each_member(auto &m, auto &c) {
    m.count("hours", c.hours, 1, longest_reopening_hours);
    m.text("note", c.note);
  }
};
struct deny_update {
  static constexpr std::string_view type = "support.deny";
  std::string note;
  bool operator==(const deny_update &) const = default;
  static void each_member(auto &m, auto &c) { m.text("note", c.note); }
};
struct correct_minutes {
  static constexpr std::string_view type = "support.correct";
  std::int64_t minutes = 0;  ///< as given: not yet checked or rounded
  std::string note;
  bool operator==(const correct_minutes &) const = default;
  static void each_member(auto &m, auto &c) {
    m.clamped("minutes", c.minutes);
    m.text("note", c.note);
  }
};
/// Decides a dispute: the session is as it was.
struct uphold_session {
  static constexpr std::string_view type = "support.uphold";
  std::string note;
  bool operator==(const uphold_session &) const = default;
  static void each_member(auto &m, auto &c) { m.text("note", c.note); }
};
struct void_session {
  static constexpr std::string_view type = "support.void";
  std::string note;
  bool operator==(const void_session &) const = default;
  static void each_member(auto &m, auto &c) { m.text("note", c.note); }
};
/// Does whatever has fallen due by `facts::now` (reminders, missed,
/// auto-confirmation, settlement). It comes from the engine itself and is never
/// refused.
struct fire_timers {
  static constexpr std::string_view type = "timers.fire";
  bool operator==(const fire_timers &) const = default;
  static void each_member(auto &, auto &) {}
};

using command =
    std::variant<schedule_session, invite_participant, accept_invitation,
                 decline_invitation, remove_participant, join_call, leave_call,
                 log_time, complete_session, submit_recap, cancel_session,
                 dispute_session, request_support, reopen_session, deny_update,
                 correct_minutes, uphold_session, void_session, report_result,
                 fire_timers>;

class decision_draft;

// There is one handler for each command, in a decide*.cpp. The session exists,
// except for schedule_session's.
void handle(decision_draft &d, const schedule_session &c);
void handle(decision_draft &d, const invite_participant &c);
void handle(decision_draft &d, const accept_invitation &c);
void handle(decision_draft &d, const decline_invitation &c);
void handle(decision_draft &d, const remove_participant &c);
void handle(decision_draft &d, const join_call &c);
void handle(decision_draft &d, const leave_call &c);
void handle(decision_draft &d, const log_time &c);
void handle(decision_draft &d, const complete_session &c);
void handle(decision_draft &d, const submit_recap &c);
void handle(decision_draft &d, const cancel_session &c);
void handle(decision_draft &d, const dispute_session &c);
void handle(decision_draft &d, const request_support &c);
void handle(decision_draft &d, const reopen_session &c);
void handle(decision_draft &d, const deny_update &c);
void handle(decision_draft &d, const correct_minutes &c);
void handle(decision_draft &d, const uphold_session &c);
void handle(decision_draft &d, const void_session &c);
/// It is never a session's (workflows/disbursement): refused.
void handle(decision_draft &d, const report_result &c);
// The engine's own command is decided by the state as it is.
void handle(decision_draft &d, const fire_timers &c);

// ---- events (stored facts) -------------------------------------------------

struct session_scheduled {
  static constexpr std::string_view type = "session.scheduled";
  schedule_session what;  ///< rate, currency and timezone filled in
  instant deadline;
  int policy_version = 0;
  /// Which of these the command named; the others are the policy's.
  bool names_rate = false, names_currency = false, names_timezone = false;
  bool operator==(const session_scheduled &) const = default;
  static void each_member(auto &m, auto &e) {
    schedule_session::each_member(m, e.what);
    m.time("deadline", e.deadline);
    m.count("policy_version", e.policy_version, 0);
    if (m.there("names_rate", e.names_rate))
      m.boolean("names_rate", e.names_rate);
    if (m.there("names_currency", e.names_currency))
      m.boolean("names_currency", e.names_currency);
    if (m.there("names_timezone", e.names_timezone))
      m.boolean("names_timezone", e.names_timezone);
  }
};
struct participant_invited {
  static constexpr std::string_view type = "participant.invited";
  std::string student;
  bool operator==(const participant_invited &) const = default;
  static void each_member(auto &m, auto &e) { m.id("student", e.student); }
};
struct invitation_accepted {
  static constexpr std::string_view type = "participant.accepted";
  std::string student;
  bool operator==(const invitation_accepted &) const = default;
  static void each_member(auto &m, auto &e) { m.id("student", e.student); }
};
struct invitation_declined {
  static constexpr std::string_view type = "participant.declined";
  std::string student;
  bool operator==(const invitation_declined &) const = default;
  static void each_member(auto &m, auto &e) { m.id("student", e.student); }
};
struct participant_removed {
  static constexpr std::string_view type = "participant.removed";
  std::string student;
  std::vector<counted_usage> released = {};  ///< of the student's logged time
  bool operator==(const participant_removed &) const = default;
  static void each_member(auto &m, auto &e) {
    m.id("student", e.student);
    if (m.there("released", e.released)) m.list("released", e.released);
  }
};
/// Somebody joined the call. `number` counts a session's joins and leaves
/// together; it is 0 in events that were stored before they were counted.
struct call_joined {
  static constexpr std::string_view type = "call.joined";
  person participant;
  int number = 0;
  bool operator==(const call_joined &) const = default;
  static void each_member(auto &m, auto &e) {
    m.participant("participant", e.participant);
    if (m.there("number", e.number)) m.count("number", e.number, 1);
  }
};
struct call_left {
  static constexpr std::string_view type = "call.left";
  person participant;
  int number = 0;
  bool operator==(const call_left &) const = default;
  static void each_member(auto &m, auto &e) {
    m.participant("participant", e.participant);
    if (m.there("number", e.number)) m.count("number", e.number, 1);
  }
};
struct time_logged {
  static constexpr std::string_view type = "time.logged";
  int minutes = 0;         ///< rounded
  std::int64_t given = 0;  ///< as the tutor gave them
  bool leave_call = false;
  std::vector<claim> claims;  ///< what it counts against each limit
  flag_set flags = {};        ///< raised by the minutes
  bool operator==(const time_logged &) const = default;
  static void each_member(auto &m, auto &e) {
    m.count("minutes", e.minutes, 0);
    m.clamped("given", e.given);
    m.boolean("leave_call", e.leave_call);
    m.list("claims", e.claims);
    if (m.there("flags", e.flags)) m.flags("flags", e.flags);
  }
};
/// Support set other minutes than were logged, which ends a dispute. Either
/// claims or released is empty, as the session counts less or more than before.
struct time_corrected {
  static constexpr std::string_view type = "time.corrected";
  int minutes = 0;         ///< rounded
  int was = 0;             ///< the minutes before, rounded
  std::int64_t given = 0;  ///< as support gave them
  std::string note;
  std::vector<claim> claims;
  std::vector<counted_usage> released;
  std::optional<transfer> payment;  ///< the change in pay; absent if none
  bool operator==(const time_corrected &) const = default;
  static void each_member(auto &m, auto &e) {
    m.count("minutes", e.minutes, 0);
    m.count("was", e.was, 0);
    m.clamped("given", e.given);
    m.text("note", e.note);
    m.list("claims", e.claims);
    m.list("released", e.released);
    m.object_or_null("payment", e.payment);
  }
};
struct tutor_recap_submitted {
  static constexpr std::string_view type = "tutor_recap.submitted";
  recap written;
  text_figures figures = {};
  flag_set flags = {};
  bool operator==(const tutor_recap_submitted &) const = default;
  static void each_member(auto &m, auto &e) {
    m.object("recap", e.written);
    if (m.there("figures", e.figures)) m.object("figures", e.figures);
    if (m.there("flags", e.flags)) m.flags("flags", e.flags);
  }
};
struct student_recap_submitted {
  static constexpr std::string_view type = "student_recap.submitted";
  std::string student;
  recap written;
  text_figures figures = {};
  flag_set flags = {};
  bool operator==(const student_recap_submitted &) const = default;
  static void each_member(auto &m, auto &e) {
    m.id("student", e.student);
    m.object("recap", e.written);
    if (m.there("figures", e.figures)) m.object("figures", e.figures);
    if (m.there("flags", e.flags)) m.flags("flags", e.flags);
  }
};
struct session_completed {
  static constexpr std::string_view type = "session.completed";
  bool automatic = false;  ///< by `auto_confirm_after`, not by recaps
  bool operator==(const session_completed &) const = default;
  static void each_member(auto &m, auto &e) {
    m.boolean("automatic", e.automatic);
  }
};
struct session_paid {
  static constexpr std::string_view type = "session.paid";
  transfer payment;
  bool operator==(const session_paid &) const = default;
  static void each_member(auto &m, auto &e) { m.object("payment", e.payment); }
};
struct session_missed {
  static constexpr std::string_view type = "session.missed";
  bool operator==(const session_missed &) const = default;
  static void each_member(auto &, auto &) {}
};
/// A command that was received in time was processed after `missed` or
/// `update_denied`: the session goes back to where it was, and counts again
/// what it had logged.
struct miss_lifted {
  static constexpr std::string_view type = "session.miss_lifted";
  std::vector<claim> claims;  ///< empty unless time had been logged
  bool operator==(const miss_lifted &) const = default;
  static void each_member(auto &m, auto &e) { m.list("claims", e.claims); }
};
struct session_cancelled {
  static constexpr std::string_view type = "session.cancelled";
  std::string reason;
  bool operator==(const session_cancelled &) const = default;
  static void each_member(auto &m, auto &e) { m.text("reason", e.reason); }
};
/// Whoever brought the event about disputes the session: its clocks stand.
struct session_disputed {
  static constexpr std::string_view type = "session.disputed";
  std::string reason;
  bool operator==(const session_disputed &) const = default;
  static void each_member(auto &m, auto &e) { m.text("reason", e.reason); }
};
/// The disputed session goes back to where it was, and its clocks go on.
struct session_upheld {
  static constexpr std::string_view type = "session.upheld";
  std::string note;
  bool operator==(const session_upheld &) const = default;
  static void each_member(auto &m, auto &e) { m.text("note", e.note); }
};
struct support_requested {
  static constexpr std::string_view type = "support.requested";
  std::string message;
  bool operator==(const support_requested &) const = default;
  static void each_member(auto &m, auto &e) { m.text("message", e.message); }
};
struct session_reopened {
  static constexpr std::string_view type = "session.reopened";
  int hours = 0;
  std::string note;
  instant deadline;
  reminder_progress reminders;  ///< those of the past count as over
  bool operator==(const session_reopened &) const = default;
  static void each_member(auto &m, auto &e) {
    m.count("hours", e.hours, 1);
    m.text("note", e.note);
    m.time("deadline", e.deadline);
    m.object("reminders", e.reminders);
  }
};
struct update_denied {
  static constexpr std::string_view type = "session.update_denied";
  std::string note;
  bool operator==(const update_denied &) const = default;
  static void each_member(auto &m, auto &e) { m.text("note", e.note); }
};
struct session_voided {
  static constexpr std::string_view type = "session.voided";
  std::string note;
  std::optional<transfer> reversal;  ///< absent if nothing had been paid
  bool operator==(const session_voided &) const = default;
  static void each_member(auto &m, auto &e) {
    m.text("note", e.note);
    m.object_or_null("reversal", e.reversal);
  }
};
/// A reminder went out. `count` is how many of the kind's times are over now.
struct reminder_sent {
  static constexpr std::string_view type = "reminder.sent";
  reminder_kind kind = {};
  int count = 0;
  bool operator==(const reminder_sent &) const = default;
  static void each_member(auto &m, auto &e) {
    m.named("kind", e.kind, parse_reminder_kind, "a kind of reminder");
    m.count("count", e.count, 1);
  }
};

/// What a person wrote in the session was erased: `[erased]` stands in its
/// place, in the events before, too.
struct person_erased {
  static constexpr std::string_view type = "person.erased";
  person who;
  bool operator==(const person_erased &) const = default;
  static void each_member(auto &m, auto &e) { m.whoever("who", e.who); }
};

using event_body =
    std::variant<session_scheduled, participant_invited, invitation_accepted,
                 invitation_declined, participant_removed, call_joined,
                 call_left, time_logged, time_corrected, tutor_recap_submitted,
                 student_recap_submitted, session_completed, session_paid,
                 session_missed, miss_lifted, session_cancelled,
                 session_disputed, session_upheld, support_requested,
                 session_reopened, update_denied, session_voided, reminder_sent,
                 person_erased>;

struct event {
  int seq = 0;
  instant at;
  person by;
  event_body what;
  bool operator==(const event &) const = default;
};

}  // namespace recapd::workflows
