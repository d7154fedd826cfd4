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

  static void each_member(auto &m, auto &r) {
    m.text("topics_covered", r.topics_covered);
    m.text("how_tutee_did", r.how_tutee_did);
    m.text("next_steps", r.next_steps);
  }
};

/// No character a person would write is made of more code points.
inline constexpr int largest_cluster = 32;
/// Of the three parts together, as UTF-8.
inline constexpr std::size_t largest_recap_bytes = 40'000;
/// A recap with fewer is flagged.
inline constexpr int fewest_words = 8;

struct recap_length {
  int characters = 0;
  int widest = 0;  ///< code points of the largest character, seen or not
  bool operator==(const recap_length &) const = default;
};

/// Counts the grapheme clusters (UAX #29) of valid UTF-8 text that can be
/// seen: those made only of default-ignorable, format and control characters,
/// and U+2800, are dropped, white space is trimmed, and each inner run of it
/// counts as one.
[[nodiscard]] recap_length measured(std::string_view text);

/// The three parts together, each counted by itself.
[[nodiscard]] recap_length measured(const recap &r);

/// The bytes of the three parts.
[[nodiscard]] std::size_t bytes_of(const recap &r);

/// True for a recap with fewer than `fewest_words` different words (UAX #29),
/// case apart.
[[nodiscard]] bool repetitive(const recap &r);

}  // namespace recapd::workflows
