// session: the state of a session, which decide sees and evolve moves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
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
  disputed,
};
inline constexpr std::size_t session_status_count = 10;
[[nodiscard]] std::string_view to_string(session_status s);
[[nodiscard]] std::optional<session_status>
parse_session_status(std::string_view text);

enum class modality : std::uint8_t { online, in_person };
[[nodiscard]] std::string_view to_string(modality m);
[[nodiscard]] std::optional<modality> parse_modality(std::string_view text);

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

/// The disputes of a session, of which each person may have one. While there is
/// one its clocks stand.
struct dispute_record {
  std::vector<person> by;  ///< everybody who disputed it
  session_status from = session_status::completed;  ///< where it was
  instant since;                                    ///< when the last began
  /// How long the clocks of the present state stood in disputes that are over.
  std::chrono::microseconds stood{};
  bool operator==(const dispute_record &) const = default;
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
  bool update_asked = false;  ///< of support, since it was missed
  flag_set flags;  ///< those raised by events; `flags_of` returns all
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
  std::optional<instant> reminded_at;   ///< when the last reminder went out
  std::optional<instant> requested_at;  ///< when recaps were asked of students
  std::optional<instant> completed_at;
  boxed<payout> paid;
  boxed<dispute_record> disputes;
  bool operator==(const session &) const = default;

  [[nodiscard]] bool exists() const { return version > 0; }
  [[nodiscard]] const participant *find(std::string_view student) const;
  /// Returns true for the session's tutor and students, whatever they answered.
  [[nodiscard]] bool belongs_to(const person &who) const;
  /// Returns true for support, system and whom it belongs to, and nobody else.
  [[nodiscard]] bool visible_to(const person &who) const;
};

/// Returns true if that person disputed the session.
[[nodiscard]] bool has_disputed(const session &s, const person &who);

[[nodiscard]] pay_terms terms_of(const session &s);

/// Returns the flags that events raised, and those that the participants raise.
[[nodiscard]] flag_set flags_of(const session &s);

}  // namespace recapd::workflows
