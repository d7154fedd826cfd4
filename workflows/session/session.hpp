// session: the state of a session, which decide sees and evolve moves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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
[[nodiscard]] std::optional<modality> parse_modality(std::string_view text);

enum class participation : std::uint8_t { invited, going, declined, removed };
[[nodiscard]] std::string_view to_string(participation p);
[[nodiscard]] std::optional<participation>
parse_participation(std::string_view text);

struct participant {
  std::string student;
  participation status = participation::invited;
  bool in_call = false;
  bool joined = false;  ///< was in the call at some time
  boxed<recap> written = {};
  bool operator==(const participant &) const = default;

  static void each_member(auto &m, auto &p) {
    m.id("student", p.student);
    m.named("status", p.status, parse_participation,
            "invited, going, declined or removed");
    if (m.there("in_call", p.in_call)) m.boolean("in_call", p.in_call);
    if (m.there("joined", p.joined)) m.boolean("joined", p.joined);
    if (m.there("recap", p.written)) m.object("recap", p.written);
  }
};

/// What one session counts in one counter. It is given back when the session is
/// missed or voided, or its student is removed.
struct counted_usage {
  usage_key key;
  int amount = 0;
  bool operator==(const counted_usage &) const = default;

  static void each_member(auto &m, auto &u) {
    usage_key::each_member(m, u.key);
    m.count("amount", u.amount, 0);
  }
};

/// The state of one session. `version` 0 means that it does not exist (nothing
/// but `id` counts). Very many are in memory: the members' order leaves few
/// gaps.
struct session {
  std::string id;
  int version = 0;  ///< the seq of its last event
  session_status status = session_status::scheduled;
  modality how = modality::online;
  bool tutor_in_call = false;
  bool tutor_joined = false;
  bool call_shared = false;  ///< tutor and a student were in the call together
  bool miss_told = false;  ///< a miss in this window was told; a lift leaves it
  flag_set flags;          ///< those raised by events; `flags_of` returns all
  std::string tutor;
  std::string course;
  std::string program;
  std::string timezone;
  instant starts_at;
  instant deadline;  ///< time may be logged up to and at it
  std::vector<participant> participants;     ///< in the order of invitation
  std::chrono::microseconds shared_call{};   ///< shared by tutor and a student
  std::optional<instant> shared_call_since;  ///< when the running part began
  boxed<recap> tutor_recap;
  std::vector<counted_usage> usage;  ///< empty once it is given back
  std::int64_t rate_per_hour = 0;
  std::string currency;
  std::optional<int> minutes;  ///< as logged, rounded up to the step
  int policy_version = 0;
  reminder_progress reminders;
  int call_changes = 0;                 ///< joins and leaves so far
  std::optional<instant> requested_at;  ///< when recaps were asked of students
  std::optional<instant> completed_at;
  boxed<payout> paid;
  bool operator==(const session &) const = default;

  [[nodiscard]] bool exists() const { return version > 0; }
  [[nodiscard]] const participant *find(std::string_view student) const;
  /// Returns true for the session's tutor and students, whatever they answered.
  [[nodiscard]] bool belongs_to(const person &who) const;
  /// Returns true for support, system and whom it belongs to, and nobody else.
  [[nodiscard]] bool visible_to(const person &who) const;
  /// Returns the usual value of `miss_told`, which is stored if it differs.
  [[nodiscard]] bool is_missed() const {
    return status == session_status::missed
           || status == session_status::update_denied;
  }
  /// Returns true where the shared time by itself tells that tutor and student
  /// met; `call_shared` is stored where it differs.
  [[nodiscard]] bool shared_for_long() const {
    return shared_call.count() > 0 || shared_call_since.has_value();
  }

  /// Goes through the members of the session's row, without those of what has
  /// not come about yet, which most are.
  static void each_member(auto &m, auto &s) {
    m.id("id", s.id);
    m.count("version", s.version, 0);
    m.named("state", s.status, parse_session_status, "a session's state");
    m.id("tutor", s.tutor);
    m.id("course", s.course);
    m.id("program", s.program);
    m.named("modality", s.how, parse_modality, "online or in_person");
    m.text("timezone", s.timezone);
    m.time("starts_at", s.starts_at);
    m.time("deadline", s.deadline);
    m.list("participants", s.participants);
    if (m.there("tutor_in_call", s.tutor_in_call))
      m.boolean("tutor_in_call", s.tutor_in_call);
    if (m.there("tutor_joined", s.tutor_joined))
      m.boolean("tutor_joined", s.tutor_joined);
    if (m.there("shared_call_us", s.shared_call))
      m.micros("shared_call_us", s.shared_call);
    if (m.there("shared_call_since", s.shared_call_since))
      m.time("shared_call_since", *s.shared_call_since);
    if (m.differs("call_shared", s.call_shared, s.shared_for_long()))
      m.boolean("call_shared", s.call_shared);
    if (m.there("tutor_recap", s.tutor_recap))
      m.object("tutor_recap", s.tutor_recap);
    if (m.there("minutes", s.minutes)) m.count("minutes", *s.minutes, 0);
    m.list("held", s.usage);
    m.whole("rate_per_hour", s.rate_per_hour, 0);
    m.text("currency", s.currency);
    m.count("policy_version", s.policy_version, 0);
    if (m.there("requested_at", s.requested_at))
      m.time("requested_at", *s.requested_at);
    if (m.there("completed_at", s.completed_at))
      m.time("completed_at", *s.completed_at);
    if (m.there("call_changes", s.call_changes))
      m.count("call_changes", s.call_changes, 0);
    if (m.there("paid", s.paid)) m.object("paid", s.paid);
    if (m.there("reminders", s.reminders)) m.object("reminders", s.reminders);
    if (m.differs("miss_told", s.miss_told, s.is_missed()))
      m.boolean("miss_told", s.miss_told);
    if (m.there("flags", s.flags)) m.flags("flags", s.flags);
  }
};

[[nodiscard]] pay_terms terms_of(const session &s);

/// Returns the flags that events raised, and those that the participants raise.
[[nodiscard]] flag_set flags_of(const session &s);

}  // namespace recapd::workflows
