// Eligibility: what a tutor who logged time now would be answered.
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

/// Returns the facts of the session's tutor logging time at `now`. `used` is
/// still to be filled in, as asked for `eligibility_claims`.
[[nodiscard]] facts facts_of_tutor(const session &s, const rules &decided_by,
                                   instant now);

/// Returns the claims whose counters `eligibility_of` needs to know.
[[nodiscard]] std::vector<claim> eligibility_claims(const session &s,
                                                    const facts &f);

/// Returns what `session.complete` would be answered, its recap apart.
[[nodiscard]] eligibility eligibility_of(const session &s, const facts &f,
                                         bool leave_call);

/// Returns the eligibility as a student is shown it. Of what other students
/// have used it tells only that a limit is reached; their hours do not lower
/// `max_minutes`.
[[nodiscard]] eligibility eligibility_of(const session &s, const facts &f,
                                         bool leave_call,
                                         std::string_view student);

}  // namespace recapd::workflows
