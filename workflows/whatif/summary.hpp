// Summaries: what another policy would have made of sessions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workflows/whatif/replay.hpp"

namespace recapd::workflows {

/// What became of sessions, in figures.
struct whatif_figures {
  std::int64_t paid = 0;                    ///< sessions
  std::map<std::string, std::int64_t> pay;  ///< net, by currency
  std::int64_t minutes = 0;                 ///< of sessions that count them
  std::int64_t missed = 0;                  ///< sessions
  std::array<std::int64_t, std::size_t(refusal_code::count)> refused = {};
  by_reminder<std::int64_t> reminders = {};
  bool operator==(const whatif_figures &) const = default;

  void add(const ending &one);
  void add(const whatif_figures &more);
};

struct whatif_summary {
  std::int64_t sessions = 0;
  whatif_figures was;
  whatif_figures would;
  bool operator==(const whatif_summary &) const = default;

  void add(const whatif_summary &more);
};

/// A session that another policy would have made something else of.
struct whatif_difference {
  struct glimpse {
    std::optional<session_status> state;  ///< nothing: it is not there
    std::optional<int> minutes;
    std::optional<std::int64_t> pay;  ///< net, in the session's currency
    std::string currency;
    std::vector<refusal_code> refused;  ///< each code once, in their order
    int reminders = 0;
    bool operator==(const glimpse &) const = default;
  };
  std::string session;
  glimpse was;
  glimpse would;
  std::string why;  ///< one sentence or more
};

/// Returns how a replay ended otherwise than what was; nothing where figures,
/// state, refusals and reminders are the same.
[[nodiscard]] std::optional<whatif_difference>
difference_of(const script &of, const replay &played);

}  // namespace recapd::workflows
