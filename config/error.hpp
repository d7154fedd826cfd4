// The exception for a wrong setting.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace recapd::config {

/// Says which setting is wrong, and what was expected.
class config_error : public std::runtime_error {
public:
  config_error(std::string where, const std::string &expected)
      : std::runtime_error{where + ": expected " + expected}, path{std::move(
                                                                  where)} {}
  std::string path;  ///< `node.listen`, `--listen`, `line 3, column 7`, …
};

}  // namespace recapd::config
