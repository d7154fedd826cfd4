// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/session.hpp"

#include <algorithm>

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

/// The states' names, in the order of the enumeration's values.
constexpr std::array<std::string_view, session_status_count> status_names{
    "scheduled", "time_logged", "awaiting_student_recap", "completed",
    "paid",      "missed",      "update_denied",          "cancelled",
    "voided",    "disputed"};
static_assert(status_names.size()
              == static_cast<std::size_t>(session_status::disputed) + 1);
constexpr std::array<std::string_view, 2> modality_names{"online", "in_person"};
constexpr std::array<std::string_view, 4> participation_names{
    "invited", "going", "declined", "removed"};

}  // namespace

std::string_view to_string(session_status s) {
  return status_names.at(static_cast<std::size_t>(s));
}

std::optional<session_status> parse_session_status(std::string_view text) {
  return value_named<session_status>(status_names, text);
}

bool waits_for_tutor(session_status s) {
  return s == session_status::scheduled || s == session_status::time_logged;
}

bool waits_for_students(session_status s) {
  return s == session_status::awaiting_student_recap;
}

std::string_view to_string(modality m) {
  return modality_names.at(static_cast<std::size_t>(m));
}

std::optional<modality> parse_modality(std::string_view text) {
  return value_named<modality>(modality_names, text);
}

std::string_view to_string(participation p) {
  return participation_names.at(static_cast<std::size_t>(p));
}

const participant *session::find(std::string_view student) const {
  const auto i =
      std::find_if(participants.begin(), participants.end(),
                   [&](const participant &p) { return p.student == student; });
  return i == participants.end() ? nullptr : &*i;
}

flag_set flags_of(const session &s) {
  auto flags = s.flags;
  const auto *namesake = s.find(s.tutor);
  if (namesake != nullptr
      && (namesake->status == participation::invited
          || namesake->status == participation::going))
    flags.raise(session_flag::same_id);
  return flags;
}

bool session::belongs_to(const person &who) const {
  switch (who.as) {
  case role::tutor:
    return who.id == tutor;
  case role::student:
    return find(who.id) != nullptr;
  case role::support:
  case role::system:
  case role::manager:
  case role::admin:
    return false;
  }
  return false;
}

bool has_disputed(const session &s, const person &who) {
  return s.disputes && std::ranges::count(s.disputes->by, who) > 0;
}

pay_terms terms_of(const session &s) {
  return {.program = s.program,
          .tutor = s.tutor,
          .rate_per_hour = s.rate_per_hour,
          .currency = s.currency};
}

bool session::visible_to(const person &who) const {
  return !only_takes_part(who.as) || belongs_to(who);
}

}  // namespace recapd::workflows
