// Names of people: what may be shown in the place of an id.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::workflows {

inline constexpr int longest_person_name = 200;

/// Returns what is wrong with valid UTF-8 text as a person's name, as a
/// sentence; empty for one of 1 to `longest_person_name` grapheme clusters, not
/// all invisible, each of `largest_cluster` code points at most, without
/// control characters and line separators.
[[nodiscard]] std::string name_fault(std::string_view name);

}  // namespace recapd::workflows
