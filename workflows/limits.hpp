// Limits: what a session claims of its tutor's and its course's counters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/refusal.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

enum class limit_kind : std::uint8_t {
  tutor_week,           ///< a tutor's, no item; in minutes
  student_course_week,  ///< a course's, by student; in minutes
  course_week,          ///< a course's, no item; in minutes
  pair_day,             ///< a tutor's, by student; in sessions
};

/// Returns the name by which the kind of limit is stored.
[[nodiscard]] std::string_view to_string(limit_kind k);
[[nodiscard]] std::optional<limit_kind> parse_limit_kind(std::string_view text);

/// The key of one counter. The counters of one owner are one limit actor's.
struct usage_key {
  limit_kind kind = limit_kind::tutor_week;
  std::string owner;      ///< a tutor's or a course's id
  std::string item = {};  ///< a student's id, or empty
  int period = 0;  ///< a day number: of the week's Thursday, or of the day
  auto operator<=>(const usage_key &) const = default;

  static void each_member(auto &m, auto &k) {
    m.named("kind", k.kind, parse_limit_kind, "a kind of limit");
    m.text("owner", k.owner);
    m.text("item", k.item);
    m.count("period", k.period, std::numeric_limits<int>::min());
  }
};

/// Returns true if the owner is a tutor, false if it is a course.
[[nodiscard]] constexpr bool owned_by_tutor(limit_kind k) {
  return k == limit_kind::tutor_week || k == limit_kind::pair_day;
}

/// Returns the week or day of a counter: `2026-W47` or `2026-11-23`.
[[nodiscard]] std::string period_name(const usage_key &key);

/// Returns the cap that the rules give this kind; nothing where they give none.
[[nodiscard]] std::optional<int> cap_of(const rules &r, limit_kind k);

/// Returns the code with which a command is refused that passes such a limit.
[[nodiscard]] refusal_code code_of(limit_kind k);

/// What a session would add to one counter.
struct claim {
  usage_key key;
  int amount = 0;          ///< minutes, or 1 session
  std::optional<int> cap;  ///< without one the amount is counted, never refused
  bool operator==(const claim &) const = default;

  static void each_member(auto &m, auto &c) {
    usage_key::each_member(m, c.key);
    m.count("amount", c.amount, 0);
    m.count_or_null("cap", c.cap);
  }
};

/// Returns true if `used + amount` would pass the cap.
[[nodiscard]] constexpr bool passes_limit(const claim &c, std::int64_t used) {
  return c.cap && used + c.amount > *c.cap;
}

/// Returns the claims of one session that logs `minutes`, the rounded figure,
/// in the contract's refusal order: tutor week, each student's course week,
/// course week, each pair's day.
[[nodiscard]] std::vector<claim>
claims_of(const rules &r, const std::string &tutor, const std::string &course,
          const std::vector<std::string> &going, instant starts_at,
          const std::string &timezone, int minutes);

/// Returns the refusal of a claim that passes its limit with `used` counted.
[[nodiscard]] refusal limit_refusal(const claim &c, std::int64_t used);

}  // namespace recapd::workflows
