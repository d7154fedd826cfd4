// Explain: why a session is in its state, and what comes next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

/// One reason, for programs and for people.
struct reason {
  std::string code;               ///< `time-not-logged`
  std::string text;               ///< a sentence
  boost::json::object data = {};  ///< what the sentence tells, as members
};

struct explanation {
  std::vector<reason> why;
  std::optional<due_timer> next;  ///< what fires by itself
  std::string next_text;          ///< the same as a sentence
};

/// For whom, and when, a session is explained.
struct explain_for {
  viewer to;
  instant now;
  std::string_view zone;  ///< in which times are told
};

/// Explains a session, whose events are `history`.
[[nodiscard]] explanation explain(const session &s,
                                  std::span<const event> history,
                                  const rules &decided_by,
                                  const explain_for &whom);

}  // namespace recapd::workflows
