// A wrong setting.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace recapd::config {

/// A wrong setting: where, and what was expected.
class config_error : public std::runtime_error {
public:
  config_error(std::string where, const std::string &expected)
      : std::runtime_error{where + ": expected " + expected}, path{std::move(
                                                                  where)} {}
  std::string path;  ///< `policy.duration.max_minutes` (file: the name before)
};

}  // namespace recapd::config
