// Facts: what decide is told besides the state and the command.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/programs.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// Who does what the engine does by itself.
inline const person engine_itself{.as = role::system, .id = "recapd"};

/// What a deadline brings about, whoever comes after it: no command's doing.
[[nodiscard]] inline bool by_clock(const event_body &what) {
  return std::holds_alternative<session_missed>(what)
         || std::holds_alternative<reminder_sent>(what);
}

/// All that decide may know besides the state and the command.
struct facts {
  person by;  ///< who acts
  instant
      received_at;  ///< when the ingress got the command; decides on deadlines
  instant now;      ///< when it is processed
  const rules *decided_by = nullptr;  ///< the session's own policy version
  int policy_version = 0;             ///< of decided_by; a new session keeps it
  /// The limit actors' answer to `claims(...)`: used so far, in its order.
  /// Empty when they were not asked.
  std::vector<std::int64_t> used;
  /// Where whoever acts may; null: everywhere.
  const program_set *programs = nullptr;
};

}  // namespace recapd::workflows
