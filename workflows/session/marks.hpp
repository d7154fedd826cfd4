// Marks: what staff look for among sessions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// The marks that are no flags; those come first, in their order.
enum class session_mark : std::uint8_t {
  flagged = flag_count,  ///< it has a flag, and is not over
  asked,    ///< it is missed, and an update was asked for since it was missed
  overdue,  ///< `student_recap_overdue` went out, and a recap is still to come
};
inline constexpr std::size_t mark_count = flag_count + 3;

/// Some of the marks, by their numbers.
using mark_set = std::bitset<mark_count>;

/// Returns a mark's name: a flag's, `flagged`, `asked` or `overdue`.
[[nodiscard]] std::string_view mark_name(std::size_t mark);
[[nodiscard]] constexpr std::size_t number_of(session_mark m) {
  return static_cast<std::size_t>(m);
}

/// Returns true where nothing more is to come of a session by itself.
[[nodiscard]] bool is_over(session_status s);

[[nodiscard]] mark_set marks_of(const session &s);

}  // namespace recapd::workflows
