// SPDX-License-Identifier: Apache-2.0
#include "workflows/limits.hpp"

#include <algorithm>

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

constexpr std::array<std::string_view, 4> kind_of_limit_names{
    "tutor_week", "student_course_week", "course_week", "pair_day"};

}  // namespace

std::string_view to_string(limit_kind k) {
  return kind_of_limit_names.at(static_cast<std::size_t>(k));
}

std::optional<limit_kind> parse_limit_kind(std::string_view text) {
  return value_named<limit_kind>(kind_of_limit_names, text);
}

std::string period_name(const usage_key &key) {
  return key.kind == limit_kind::pair_day ? day_name(key.period)
                                          : week_name(key.period);
}

std::optional<int> cap_of(const rules &r, limit_kind k) {
  switch (k) {
  case limit_kind::tutor_week:
    return r.limits.tutor_minutes_per_week;
  case limit_kind::student_course_week:
    return r.limits.student_course_minutes_per_week;
  case limit_kind::course_week:
    return r.limits.course_minutes_per_week;
  case limit_kind::pair_day:
    return r.limits.pair_sessions_per_day;
  }
  return std::nullopt;
}

refusal_code code_of(limit_kind k) {
  switch (k) {
  case limit_kind::tutor_week:
    return refusal_code::tutor_weekly_limit;
  case limit_kind::student_course_week:
    return refusal_code::student_course_weekly_limit;
  case limit_kind::course_week:
    return refusal_code::course_weekly_limit;
  case limit_kind::pair_day:
    return refusal_code::pair_daily_limit;
  }
  return refusal_code::tutor_weekly_limit;
}

std::vector<claim> claims_of(const rules &r, const std::string &tutor,
                             const std::string &course,
                             const std::vector<std::string> &going,
                             instant starts_at, const std::string &timezone,
                             int minutes) {
  const int day = local_day(starts_at, timezone);
  const int week = week_thursday(day, r.week_starts_on);
  std::vector<claim> claims;
  claims.reserve(2 + 2 * going.size());
  auto add = [&](limit_kind kind, const std::string &owner,
                 const std::string &item, int period, int amount) {
    claims.push_back(
        {.key = {.kind = kind, .owner = owner, .item = item, .period = period},
         .amount = amount,
         .cap = cap_of(r, kind)});
  };
  add(limit_kind::tutor_week, tutor, {}, week, minutes);
  for (const auto &student : going)
    add(limit_kind::student_course_week, course, student, week, minutes);
  add(limit_kind::course_week, course, {}, week, minutes);
  for (const auto &student : going)
    add(limit_kind::pair_day, tutor, student, day, 1);
  return claims;
}

namespace {

/// Returns the words that say whose limit it is, to begin a sentence with.
std::string whose(const usage_key &key) {
  switch (key.kind) {
  case limit_kind::tutor_week:
    return "Tutor " + key.owner;
  case limit_kind::student_course_week:
    return "Student " + key.item + " in course " + key.owner;
  case limit_kind::course_week:
    return "Course " + key.owner;
  case limit_kind::pair_day:
    return "Tutor " + key.owner + " with student " + key.item;
  }
  return {};
}

}  // namespace

refusal limit_refusal(const claim &c, std::int64_t used) {
  const std::int64_t cap = c.cap.value_or(0);
  const bool sessions = c.key.kind == limit_kind::pair_day;
  limit_detail detail{.limit = cap,
                      .used = used,
                      .remaining = std::max<std::int64_t>(cap - used, 0),
                      .period = period_name(c.key),
                      .student = c.key.item};
  std::string text = whose(c.key) + " has " + std::to_string(used) + " of "
                     + std::to_string(cap)
                     + (sessions ? " sessions" : " minutes") + " in "
                     + detail.period + "; " + std::to_string(c.amount)
                     + " more would pass the limit, "
                     + std::to_string(detail.remaining) + " remain.";
  return {.code = code_of(c.key.kind),
          .detail = std::move(text),
          .limit = std::move(detail)};
}

}  // namespace recapd::workflows
