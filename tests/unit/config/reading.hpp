// Reads configurations from texts and pretended environments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace recapd::tests {

using variables = std::map<std::string, std::string, std::less<>>;

inline config::settings read(std::string_view text, const variables &env = {},
                             const config::overrides &options = {}) {
  const auto lookup =
      [&env](std::string_view name) -> std::optional<std::string> {
    const auto found = env.find(name);
    if (found == env.end()) return std::nullopt;
    return found->second;
  };
  return config::read(text, lookup, options);
}

/// What the error says, or `accepted`.
inline std::string error_of(std::string_view text, const variables &env = {},
                            const config::overrides &options = {}) {
  try {
    static_cast<void>(read(text, env, options));
    return "accepted";
  } catch (const config::config_error &e) {
    return e.what();
  }
}

}  // namespace recapd::tests
