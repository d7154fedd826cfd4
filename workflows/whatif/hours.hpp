// Hours: what sessions count in the counters, as it was and as it would be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "workflows/whatif/script.hpp"

namespace recapd::workflows {

/// The counters of all sessions that share some, at a moment of their replay.
class hours {
public:
  void count_was(const std::vector<counted_usage> &changes);
  void count_would(const std::vector<counted_usage> &changes);

  /// Returns what each claim's counter would hold at a cue. It is what the
  /// record knows to have been there, and besides what replayed sessions would
  /// count otherwise by then: by the policy that was no claim is decided
  /// otherwise than it was.
  [[nodiscard]] std::vector<std::int64_t>
  used_for(const std::vector<claim> &claims, const cue &at) const;

private:
  struct counter {
    std::int64_t was = 0;
    std::int64_t would = 0;
  };
  std::map<usage_key, counter> counters_;
};

}  // namespace recapd::workflows
