// Names of enumerations: finds the value that has a name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace recapd::workflows {

/// Returns the value of a name, or nothing; `names` are in the values' order.
template <class Enum, std::size_t Count>
constexpr std::optional<Enum>
value_named(const std::array<std::string_view, Count> &names,
            std::string_view name) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

}  // namespace recapd::workflows
