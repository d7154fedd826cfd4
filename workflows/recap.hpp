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

/// What rules ask of a text that people wrote. It is kept where the text is
/// not, so that what was decided can be decided again.
struct text_figures {
  int characters = 0;  ///< as `measured` counts them
  /// Different words (UAX #29), upper and lower case as one, counted up to
  /// `fewest_words`.
  int words = 0;
  bool beyond = false;  ///< past `largest_cluster` or `largest_recap_bytes`
  bool operator==(const text_figures &) const = default;

  static void each_member(auto &m, auto &f) {
    m.count("characters", f.characters, 0);
    m.count("words", f.words, 0, fewest_words);
    if (m.there("beyond", f.beyond)) m.boolean("beyond", f.beyond);
  }
};

/// Returns the figures of valid UTF-8 text.
[[nodiscard]] text_figures figures_of(std::string_view text);
/// Returns the figures of the three parts together: the sum of their
/// characters, and the words of all.
[[nodiscard]] text_figures figures_of(const recap &r);

/// Returns true for a recap with fewer than `fewest_words` different words.
[[nodiscard]] inline bool repetitive(const text_figures &f) {
  return f.words < fewest_words;
}

}  // namespace recapd::workflows
