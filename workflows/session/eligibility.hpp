// Eligibility: what a tutor who logged time now would hear, asked beforehand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "workflows/session/decide.hpp"

namespace recapd::workflows {

struct eligibility {
  std::vector<refusal> refusals;  ///< empty: time can be logged
  int max_minutes = 0;            ///< the most that would be taken; 0: none
};

/// The session's tutor, who would log at `now`. `used` is still to be filled
/// in, for `eligibility_claims`.
[[nodiscard]] facts facts_of_tutor(const session &s, const rules &decided_by,
                                   instant now);

/// The counters that `eligibility_of` needs to know.
[[nodiscard]] std::vector<claim> eligibility_claims(const session &s,
                                                    const facts &f);

/// Agrees with what `session.complete` would answer, its recap apart.
[[nodiscard]] eligibility eligibility_of(const session &s, const facts &f,
                                         bool leave_call);

/// The same for a student's eyes: of what other students have used only that a
/// limit holds, so their hours do not lower `max_minutes` either.
[[nodiscard]] eligibility eligibility_of(const session &s, const facts &f,
                                         bool leave_call,
                                         std::string_view student);

}  // namespace recapd::workflows
