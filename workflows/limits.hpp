// Limits: what a logged session claims, by whom, in which period.
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
  tutor_week,           ///< owner tutor, no item; minutes
  student_course_week,  ///< owner course, item student; minutes
  course_week,          ///< owner course, no item; minutes
  pair_day,             ///< owner tutor, item student; sessions
};

/// The stored name of a kind of limit.
[[nodiscard]] std::string_view to_string(limit_kind k);
[[nodiscard]] std::optional<limit_kind> parse_limit_kind(std::string_view text);

/// One counter. Kinds with the same owner live in the same limit actor.
struct usage_key {
  limit_kind kind = limit_kind::tutor_week;
  std::string owner;  ///< a tutor's or a course's id
  std::string item;   ///< a student's id, or empty
  int period = 0;     ///< day number: the week's Thursday, or the day
  auto operator<=>(const usage_key &) const = default;

  static void each_member(auto &m, auto &k) {
    m.named("kind", k.kind, parse_limit_kind, "a kind of limit");
    m.text("owner", k.owner);
    m.text("item", k.item);
    m.count("period", k.period, std::numeric_limits<int>::min());
  }
};

/// True if the owner is a tutor (else a course).
[[nodiscard]] constexpr bool owned_by_tutor(limit_kind k) {
  return k == limit_kind::tutor_week || k == limit_kind::pair_day;
}

/// `2026-W47` or `2026-11-23`.
[[nodiscard]] std::string period_name(const usage_key &key);

/// The cap of this kind by the rules, or nothing.
[[nodiscard]] std::optional<int> cap_of(const rules &r, limit_kind k);

/// The refusal a passed limit of this kind gives.
[[nodiscard]] refusal_code refusal_of(limit_kind k);

/// What a session asks of one counter.
struct claim {
  usage_key key;
  int amount = 0;          ///< minutes, or 1 session
  std::optional<int> cap;  ///< the limit; nothing: counted, never refused
  bool operator==(const claim &) const = default;

  static void each_member(auto &m, auto &c) {
    usage_key::each_member(m, c.key);
    m.count("amount", c.amount, 0);
    m.count_or_null("cap", c.cap);
  }
};

/// True if `used + amount` would pass the cap.
[[nodiscard]] constexpr bool passes_limit(const claim &c, std::int64_t used) {
  return c.cap && used + c.amount > *c.cap;
}

/// The claims of one session that logs `minutes`, in the contract's refusal
/// order (tutor week, each student's course week, course week, each pair's
/// day). `minutes` is the rounded figure.
[[nodiscard]] std::vector<claim>
claims_of(const rules &r, const std::string &tutor, const std::string &course,
          const std::vector<std::string> &going, instant starts_at,
          const std::string &timezone, int minutes);

/// The refusal of a claim that passes its limit, `used` counted so far.
[[nodiscard]] refusal limit_refusal(const claim &c, std::int64_t used);

}  // namespace recapd::workflows
