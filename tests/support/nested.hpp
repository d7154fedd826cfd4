// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::tests {

/// JSON of objects within objects: `{"a": {"b": VALUE}}` for the path `a.b`.
inline std::string nested(std::string_view path, std::string_view value) {
  const auto dot = path.find('.');
  const auto inner = dot == std::string_view::npos
                         ? std::string{value}
                         : nested(path.substr(dot + 1), value);
  return "{\"" + std::string{path.substr(0, dot)} + "\": " + inner + "}";
}

}  // namespace recapd::tests
