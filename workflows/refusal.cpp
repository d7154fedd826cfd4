// SPDX-License-Identifier: Apache-2.0
#include "workflows/refusal.hpp"

#include <algorithm>
#include <array>

namespace recapd::workflows {

namespace {

/// In the order of the codes.
constexpr std::array<std::string_view, 19> names{
    "malformed",
    "id-reused",
    "unknown-session",
    "not-allowed",
    "session-exists",
    "wrong-state",
    "too-early",
    "window-closed",
    "student-not-going",
    "unanswered-invitation",
    "participants-in-call",
    "invalid-minutes",
    "recap-too-short",
    "recap-too-long",
    "recap-already-submitted",
    "tutor-weekly-limit",
    "student-course-weekly-limit",
    "course-weekly-limit",
    "pair-daily-limit",
};
static_assert(names.size()
              == static_cast<std::size_t>(refusal_code::pair_daily_limit) + 1);

}  // namespace

std::string_view to_string(refusal_code code) {
  return names.at(static_cast<std::size_t>(code));
}

std::optional<refusal_code> parse_refusal_code(std::string_view text) {
  const auto *i = std::find(names.begin(), names.end(), text);
  if (i == names.end()) return std::nullopt;
  return static_cast<refusal_code>(i - names.begin());
}

refusal of_another_student(refusal_code code) {
  return {.code = code,
          .detail = "A limit of another student of the session is reached."};
}

boost::json::object to_json(const refusal &r) {
  boost::json::object json;
  json["code"] = to_string(r.code);
  json["detail"] = r.detail;
  if (r.limit) {
    json["limit"] = r.limit->limit;
    json["used"] = r.limit->used;
    json["remaining"] = r.limit->remaining;
    json["period"] = r.limit->period;
    if (!r.limit->student.empty()) json["student"] = r.limit->student;
  }
  return json;
}

}  // namespace recapd::workflows
