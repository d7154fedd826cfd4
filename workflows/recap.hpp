// Recaps: what tutor and student write about a session, and its length.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::workflows {

struct recap {
  std::string topics_covered;
  std::string how_tutee_did;
  std::string next_steps;
  bool operator==(const recap &) const = default;
};

/// Grapheme clusters (UAX #29) of valid UTF-8 text, trimmed, inner runs of
/// white space counted as one.
[[nodiscard]] int characters(std::string_view text);

/// The three parts together, each counted by itself.
[[nodiscard]] int characters(const recap &r);

}  // namespace recapd::workflows
