// Clusters and words of text, by ICU; only for files that link it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include <unicode/brkiter.h>
#include <unicode/unistr.h>

namespace recapd::workflows {

/// Ends the process if ICU failed: without its data no text can be measured.
inline void need(UErrorCode status) {
  if (U_FAILURE(status)) std::abort();
}

[[nodiscard]] inline icu::UnicodeString utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
}

/// Return what finds grapheme clusters and words. Loading the rules takes long,
/// so each thread keeps one object for each.
[[nodiscard]] icu::BreakIterator &cluster_breaks();
[[nodiscard]] icu::BreakIterator &word_breaks();

/// Calls `f(begin, end)` for each cluster, with CR LF as two. No cluster holds
/// two ASCII characters, so only what lies between neighbouring ones is looked
/// at with ICU's rules.
template <class F> void each_cluster(const icu::UnicodeString &text, F f) {
  auto ascii_at = [&](std::int32_t i) { return text[i] < 0x80; };
  std::int32_t begin = 0;
  for (std::int32_t i = 1; i <= text.length(); ++i) {
    if (i < text.length() && !(ascii_at(i - 1) && ascii_at(i))) continue;
    if (i - begin == 1) {
      f(begin, i);
    } else {
      auto &breaks = cluster_breaks();
      const auto island = text.tempSubStringBetween(begin, i);
      breaks.setText(island);
      auto from = breaks.first();
      for (auto to = breaks.next(); to != icu::BreakIterator::DONE;
           from = std::exchange(to, breaks.next()))
        f(begin + from, begin + to);
    }
    begin = i;
  }
}

/// Calls `f(word)` for each word until it returns false; returns false then.
template <class F> bool each_word(const icu::UnicodeString &text, F f) {
  auto &breaks = word_breaks();
  breaks.setText(text);
  auto from = breaks.first();
  for (auto to = breaks.next(); to != icu::BreakIterator::DONE;
       from = std::exchange(to, breaks.next())) {
    const bool word = breaks.getRuleStatus() >= UBRK_WORD_NONE_LIMIT;
    if (word && !f(icu::UnicodeString{text, from, to - from})) return false;
  }
  return true;
}

}  // namespace recapd::workflows
