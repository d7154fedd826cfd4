// A session's state, its commands and its events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workflows/boxed.hpp"
#include "workflows/flags.hpp"
#include "workflows/ids.hpp"
#include "workflows/limits.hpp"
#include "workflows/pay.hpp"
#include "workflows/recap.hpp"
#include "workflows/reminders.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

enum class session_status : std::uint8_t {
  scheduled,
  time_logged,
  awaiting_student_recap,
  completed,
  paid,
  missed,
  update_denied,
  cancelled,
  voided,
};
[[nodiscard]] std::string_view to_string(session_status s);
[[nodiscard]] std::optional<session_status>
parse_session_status(std::string_view text);

enum class modality : std::uint8_t { online, in_person };
[[nodiscard]] std::string_view to_string(modality m);

enum class participation : std::uint8_t { invited, going, declined, removed };
[[nodiscard]] std::string_view to_string(participation p);

struct participant {
  std::string student;
  participation status = participation::invited;
  bool in_call = false;
  bool joined = false;  ///< was in the call at some time
  boxed<recap> written = {};
  bool operator==(const participant &) const = default;
};

/// What one session counts in one counter: given back when the session is
/// missed or voided, or its student removed.
struct counted_usage {
  usage_key key;
  int amount = 0;
  bool operator==(const counted_usage &) const = default;
};

/// One session. `version` 0 means it does not exist (nothing but `id` counts).
/// Very many are in memory: the order of the members leaves few gaps.
struct session {
  std::string id;
  int version = 0;  ///< the seq of its last event
  session_status status = session_status::scheduled;
  modality how = modality::online;
  bool tutor_in_call = false;
  bool tutor_joined = false;
  bool call_shared = false;  ///< tutor and a student were in it together
  bool miss_told = false;    ///< of this window; a lift does not undo it
  flag_set flags;            ///< raised; `flags_of` has all
  std::string tutor;
  std::string course;
  std::string program;
  std::string timezone;
  instant starts_at;
  instant deadline;  ///< time may be logged at or before it
  std::vector<participant> participants;     ///< in the order of invitation
  std::chrono::microseconds shared_call{};   ///< tutor and a student in it
  std::optional<instant> shared_call_since;  ///< running since
  boxed<recap> tutor_recap;
  std::vector<counted_usage> usage;  ///< empty when given back
  std::int64_t rate_per_hour = 0;
  std::string currency;
  std::optional<int> minutes;  ///< logged, rounded up to the step
  int policy_version = 0;
  reminder_progress reminders;
  int call_changes = 0;                 ///< joins and leaves so far
  std::optional<instant> requested_at;  ///< the students' recaps were asked for
  std::optional<instant> completed_at;
  boxed<payout> paid;
  bool operator==(const session &) const = default;

  [[nodiscard]] bool exists() const { return version > 0; }
  [[nodiscard]] const participant *find(std::string_view student) const;
  /// True for its tutor and its students, whatever they answered.
  [[nodiscard]] bool belongs_to(const person &who) const;
  /// True for those and for system and support: nobody else is shown it.
  [[nodiscard]] bool visible_to(const person &who) const;
};

[[nodiscard]] pay_terms terms_of(const session &s);

/// What people should look at, those that its participants raise included.
[[nodiscard]] flag_set flags_of(const session &s);

// ---- commands (docs/contract.md, 1; `data` of each) ------------------------

struct schedule_session {
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
};
struct invite_participant {
  std::string student;
  bool operator==(const invite_participant &) const = default;
};
struct accept_invitation {
  std::string student;
  bool operator==(const accept_invitation &) const = default;
};
struct decline_invitation {
  std::string student;
  bool operator==(const decline_invitation &) const = default;
};
struct remove_participant {
  std::string student;
  bool operator==(const remove_participant &) const = default;
};
struct join_call {
  person participant;
  bool operator==(const join_call &) const = default;
};
struct leave_call {
  person participant;
  bool operator==(const leave_call &) const = default;
};
struct log_time {
  std::int64_t minutes = 0;  ///< as given: not yet checked or rounded
  bool leave_call = false;
  bool operator==(const log_time &) const = default;
};
struct complete_session {
  std::int64_t minutes = 0;
  recap written;
  bool leave_call = false;
  bool operator==(const complete_session &) const = default;
};
struct submit_recap {
  recap written;
  bool operator==(const submit_recap &) const = default;
};
struct cancel_session {
  std::string reason;
  bool operator==(const cancel_session &) const = default;
};
struct request_support {
  std::string message;
  bool operator==(const request_support &) const = default;
};
struct reopen_session {
  int hours = 0;
  std::string note;
  bool operator==(const reopen_session &) const = default;
};
struct deny_update {
  std::string note;
  bool operator==(const deny_update &) const = default;
};
struct correct_minutes {
  std::int64_t minutes = 0;  ///< as given: not yet checked or rounded
  std::string note;
  bool operator==(const correct_minutes &) const = default;
};
struct void_session {
  std::string note;
  bool operator==(const void_session &) const = default;
};
/// From the engine itself: do whatever has fallen due by `facts::now`
/// (reminders, missed, auto-confirmation). Never refused.
struct fire_timers {
  bool operator==(const fire_timers &) const = default;
};
/// From the payout actor: the session's settlement. Never refused; nothing
/// happens unless the session is `completed`.
struct settle_session {
  transfer payment;
  bool operator==(const settle_session &) const = default;
};

using command =
    std::variant<schedule_session, invite_participant, accept_invitation,
                 decline_invitation, remove_participant, join_call, leave_call,
                 log_time, complete_session, submit_recap, cancel_session,
                 request_support, reopen_session, deny_update, correct_minutes,
                 void_session, fire_timers, settle_session>;

// ---- events (stored facts)
// ---------------------------------------------------

struct session_scheduled {
  schedule_session what;  ///< rate, currency and timezone filled in
  instant deadline;
  int policy_version = 0;
  bool operator==(const session_scheduled &) const = default;
};
struct participant_invited {
  std::string student;
  bool operator==(const participant_invited &) const = default;
};
struct invitation_accepted {
  std::string student;
  bool operator==(const invitation_accepted &) const = default;
};
struct invitation_declined {
  std::string student;
  bool operator==(const invitation_declined &) const = default;
};
struct participant_removed {
  std::string student;
  std::vector<counted_usage> released = {};  ///< of logged time, the student's
  bool operator==(const participant_removed &) const = default;
};
/// `number` counts a session's joins and leaves together; 0: before they were
/// counted.
struct call_joined {
  person participant;
  int number = 0;
  bool operator==(const call_joined &) const = default;
};
struct call_left {
  person participant;
  int number = 0;
  bool operator==(const call_left &) const = default;
};
struct time_logged {
  int minutes = 0;         ///< rounded
  std::int64_t given = 0;  ///< as the tutor wrote them
  bool leave_call = false;
  std::vector<claim> claims;  ///< what it counts against each limit
  flag_set flags = {};        ///< that the minutes raise
  bool operator==(const time_logged &) const = default;
};
/// Support set other minutes than were logged. Of claims and released one is
/// empty: the difference counts more, or less.
struct time_corrected {
  int minutes = 0;         ///< rounded
  int was = 0;             ///< before, rounded
  std::int64_t given = 0;  ///< as support wrote them
  std::string note;
  std::vector<claim> claims;
  std::vector<counted_usage> released;
  std::optional<transfer> payment;  ///< where it had been paid, and differs
  bool operator==(const time_corrected &) const = default;
};
struct tutor_recap_submitted {
  recap written;
  flag_set flags = {};
  bool operator==(const tutor_recap_submitted &) const = default;
};
struct student_recap_submitted {
  std::string student;
  recap written;
  flag_set flags = {};
  bool operator==(const student_recap_submitted &) const = default;
};
struct session_completed {
  bool automatic = false;  ///< by `auto_confirm_after`, not by recaps
  bool operator==(const session_completed &) const = default;
};
struct session_paid {
  transfer payment;
  bool operator==(const session_paid &) const = default;
};
struct session_missed {
  bool operator==(const session_missed &) const = default;
};
/// A command received in time but processed after `missed` or `update_denied`:
/// the session goes back to where it was, and counts what it had logged again.
struct miss_lifted {
  std::vector<claim> claims;  ///< empty unless time had been logged
  bool operator==(const miss_lifted &) const = default;
};
struct session_cancelled {
  std::string reason;
  bool operator==(const session_cancelled &) const = default;
};
struct support_requested {
  std::string message;
  bool operator==(const support_requested &) const = default;
};
struct session_reopened {
  int hours = 0;
  std::string note;
  instant deadline;
  reminder_progress reminders;  ///< what is past is skipped
  bool operator==(const session_reopened &) const = default;
};
struct update_denied {
  std::string note;
  bool operator==(const update_denied &) const = default;
};
struct session_voided {
  std::string note;
  std::optional<transfer> reversal;  ///< where it had been paid
  bool operator==(const session_voided &) const = default;
};
/// `count` is how many of the kind's times are over now.
struct reminder_sent {
  reminder_kind kind = {};
  int count = 0;
  bool operator==(const reminder_sent &) const = default;
};

using event_body =
    std::variant<session_scheduled, participant_invited, invitation_accepted,
                 invitation_declined, participant_removed, call_joined,
                 call_left, time_logged, time_corrected, tutor_recap_submitted,
                 student_recap_submitted, session_completed, session_paid,
                 session_missed, miss_lifted, session_cancelled,
                 support_requested, session_reopened, update_denied,
                 session_voided, reminder_sent>;

struct event {
  int seq = 0;
  instant at;
  person by;
  event_body what;
  bool operator==(const event &) const = default;
};

}  // namespace recapd::workflows
