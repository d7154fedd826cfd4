// The sample's report, as a programme manager would read it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tools/common/client.hpp"
#include "tools/sample/player.hpp"

namespace recapd::sample {

struct work {
  std::int64_t sessions = 0;
  std::int64_t minutes = 0;
  std::int64_t pay = 0;  ///< minor units
};

struct report {
  tally commands;
  std::map<std::string, std::int64_t> states;
  std::map<std::string, work> tutors;                 ///< of paid sessions
  std::map<std::string, work> courses;                ///< of paid sessions
  std::map<std::string, std::int64_t> notifications;  ///< by kind
  std::int64_t ledger_sum = 0;  ///< over all accounts; must be 0
  std::string currency;
};

/// Reads everything from the node's API.
[[nodiscard]] report make_report(tools::client &node, tally commands);

[[nodiscard]] tools::json::object to_json(const report &r);

/// Prints the report to standard output.
void print(const report &r);

}  // namespace recapd::sample
