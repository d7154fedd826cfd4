// Recaps: what tutor and student write about a session, and its length.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::workflows {

struct recap {
  std::string topics_covered;
  std::string how_tutee_did = {};
  std::string next_steps = {};
  bool operator==(const recap &) const = default;

  static void each_member(auto &m, auto &r) {
    m.text("topics_covered", r.topics_covered);
    m.text("how_tutee_did", r.how_tutee_did);
    m.text("next_steps", r.next_steps);
  }
};

/// The most code points of a character; none that a person writes has more.
inline constexpr int largest_cluster = 32;
/// The most bytes of the three parts together, as UTF-8.
inline constexpr std::size_t largest_recap_bytes = 40'000;
/// The number of different words below which a recap is flagged.
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

/// Counts each part by itself; returns the sum and the widest character.
[[nodiscard]] recap_length measured(const recap &r);

/// Returns the sum of the three parts' bytes.
[[nodiscard]] std::size_t bytes_of(const recap &r);

/// Returns true for a recap with fewer than `fewest_words` different words (UAX
/// #29); upper and lower case are one.
[[nodiscard]] bool repetitive(const recap &r);

}  // namespace recapd::workflows
