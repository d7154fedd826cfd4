// The programmes that somebody may name and act in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::workflows {

/// All programmes, or a list of them.
struct program_set {
  std::optional<std::vector<std::string>> only;  ///< absent: all
  bool operator==(const program_set &) const = default;

  [[nodiscard]] bool includes(std::string_view program) const {
    return !only || std::ranges::find(*only, program) != only->end();
  }
};

}  // namespace recapd::workflows
