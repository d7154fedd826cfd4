// recapctl's times: what is given as a day or a time, and today by the node.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "tools/recapctl/recapctl.hpp"
#include "workflows/time.hpp"

namespace recapd::tools {

std::string moment_of(const std::string &text, const char *option) {
  if (text.empty() || workflows::parse_rfc3339(text)) return text;
  auto midnight = text + "T00:00:00Z";
  if (workflows::parse_rfc3339(midnight)) return midnight;
  throw usage_error{std::string{option}
                    + ": expected a day such as 2026-11-23, or a time with its "
                      "offset such as 2026-11-23T09:30:00-05:00"};
}

std::string today_of(client &node) {
  const auto clock = node.get("/v1/clock");
  // A node whose clock cannot be moved goes by the system's.
  if (clock.ok()) return text_of(clock.body.as_object(), "now").substr(0, 10);
  return workflows::day_name(
      workflows::local_day(std::chrono::floor<std::chrono::microseconds>(
                               std::chrono::system_clock::now()),
                           "UTC"));
}

}  // namespace recapd::tools
