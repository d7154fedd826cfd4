// Writing by hand: one statement and one transaction a step, from many clients,
// as an application without an engine does it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "tools/bench/load_client.hpp"
#include "tools/bench/rows.hpp"

namespace recapd::bench {

struct hand_work {
  std::size_t count = 0;  ///< lessons, from the first
  std::size_t clients = 32;
  /// Steps a second; a latency then counts from when the step was due. 0: each
  /// client sends its next step when it has the answer to the one before.
  double per_second = 0;
  load_client::progress tell;
  std::function<void()> ended{};  ///< called before the clients disconnect
};

/// Writes the lessons; each client takes one at a time, step by step.
load_result write_by_hand(const std::string &database, const row_book &book,
                          const campus &where, const hand_work &work);

}  // namespace recapd::bench
