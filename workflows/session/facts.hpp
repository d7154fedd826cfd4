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

/// Who acts in what the engine does by itself.
inline const person engine_itself{.as = role::system, .id = "recapd"};

/// Returns true for what the engine does by itself, whichever command it goes
/// with.
[[nodiscard]] inline bool by_engine(const event_body &what) {
  return std::holds_alternative<session_missed>(what)
         || std::holds_alternative<reminder_sent>(what)
         || std::holds_alternative<session_paid>(what);
}

/// All that decide may know besides the state and the command.
struct facts {
  person by;            ///< who acts
  instant received_at;  ///< when the ingress got the command; decides deadlines
  instant now;          ///< when it is processed
  const rules *decided_by = nullptr;  ///< the session's own policy version
  int policy_version = 0;             ///< the version of `decided_by`
  /// What the limit actors answered to `claims(...)`: used so far, in the
  /// claims' order. Empty when they were not asked.
  std::vector<std::int64_t> used;
  /// The programmes in which `by` may act; null: all.
  const program_set *programs = nullptr;
  /// The figures of the command's recap, where its text is not there any more;
  /// null: they are counted.
  const text_figures *figures = nullptr;
};

}  // namespace recapd::workflows
