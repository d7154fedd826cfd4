// The preview: what a command would be answered and bring about, sent now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/policy_book.hpp"
#include "actors/submission.hpp"

namespace recapd::actors {

struct preview {
  struct told {
    std::string kind;
    std::string to;
  };
  outcome answer;
  int minutes = 0;         ///< more (or less) that count towards the limits
  std::int64_t money = 0;  ///< minor units that the tutor gets (or gives back)
  std::vector<told> notifications = {};
};

/// Decides the command, whose scope is set, by what is in the store, and writes
/// nothing. A command that was taken before is answered as then, and brings
/// nothing about. Throws storage_error.
[[nodiscard]] preview preview_of(const submission &s, instant now,
                                 policy_book &policies, storage::store &from);

}  // namespace recapd::actors
