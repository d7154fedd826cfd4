// SPDX-License-Identifier: Apache-2.0
#include "workflows/recap.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <span>

#include <unicode/uchar.h>

#include "workflows/text_breaks.hpp"
#include "workflows/text_classes.hpp"

namespace recapd::workflows {

namespace {

bool ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

/// Returns true if the blank that stands for a run of white space would be in
/// one cluster with `c`: with what comes before the blank where `as_prefix` is
/// U_GCB_PREPEND, else with what comes after it.
bool joins_blank(UChar32 c, UGraphemeClusterBreak as_prefix) {
  const auto kind = u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK);
  return as_prefix == U_GCB_PREPEND
             ? kind == U_GCB_PREPEND
             : kind == U_GCB_EXTEND || kind == U_GCB_SPACING_MARK
                   || kind == U_GCB_ZWJ;
}

/// What a cluster is made of.
struct cluster_parts {
  int code_points = 0;
  bool spaces = false;   ///< any white space
  bool rest = false;     ///< anything besides white space
  bool visible = false;  ///< anything of the rest can be seen
};

cluster_parts parts_of(const icu::UnicodeString &text, std::int32_t begin,
                       std::int32_t end) {
  cluster_parts p;
  for (auto i = begin; i < end; i = text.moveIndex32(i, 1)) {
    const auto c = text.char32At(i);
    ++p.code_points;
    if (white_space(c)) {
      p.spaces = true;
    } else {
      p.rest = true;
      p.visible = p.visible || !invisible(c);
    }
  }
  return p;
}

/// Counts clusters as they come. The count is right unless clusters were
/// dropped or may be joined: then what is left can make up other clusters.
class tally {
public:
  explicit tally(const icu::UnicodeString &text) : text_{text} {}

  void cluster(std::int32_t begin, std::int32_t end) {
    const auto p = parts_of(text_, begin, end);
    length.widest = std::max(length.widest, p.code_points);
    if (!p.visible) {
      dropped = dropped || p.rest;
      gap_ = gap_ || p.spaces;
      return;
    }
    const auto first = text_.char32At(begin);
    // White space is in a visible cluster, or beside what clings to a blank.
    joined = joined || p.spaces
             || (gap_ && begin > 0
                 && (joins_blank(first, U_GCB_EXTEND)
                     || joins_blank(last_, U_GCB_PREPEND)));
    if (gap_ && length.characters > 0) ++length.characters;
    ++length.characters;
    gap_ = false;
    last_ = text_.char32At(text_.moveIndex32(end, -1));
  }

  recap_length length;
  bool dropped = false;  ///< an invisible cluster was left out
  bool joined = false;   ///< a blank may belong to a cluster

private:
  const icu::UnicodeString &text_;
  bool gap_ = false;
  UChar32 last_ = 0;  ///< the last character that was seen
};

/// Gathers the text without what cannot be seen: trimmed, each inner run of
/// white space as one blank.
class visible_text {
public:
  explicit visible_text(const icu::UnicodeString &text) : text_{text} {}

  void cluster(std::int32_t begin, std::int32_t end) {
    const bool seen = parts_of(text_, begin, end).visible;
    for (auto i = begin; i < end; i = text_.moveIndex32(i, 1)) {
      const auto c = text_.char32At(i);
      if (white_space(c)) {
        gap_ = !out.isEmpty();
      } else if (seen) {
        if (gap_) out.append(u' ');
        gap_ = false;
        out.append(c);
      }
    }
  }

  icu::UnicodeString out;

private:
  const icu::UnicodeString &text_;
  bool gap_ = false;
};

/// Measures ASCII text without ICU: but for CR LF, which is white space here,
/// every ASCII character is a cluster of its own.
recap_length ascii_measured(std::string_view text) {
  recap_length length;
  bool gap = false;
  for (const char c : text) {
    const auto unit = static_cast<char16_t>(c);
    if (ascii_space(unit)) {
      gap = length.characters > 0;
    } else if (ascii_visible(unit)) {
      length.characters += gap ? 2 : 1;
      gap = false;
    }
  }
  length.widest = text.empty() ? 0 : 1;
  return length;
}

/// Counts the different words of texts, up to `fewest_words`.
int different_words(std::span<const std::string_view> texts) {
  std::set<icu::UnicodeString> words;
  for (const auto text : texts)
    if (!each_word(utf16(text), [&](icu::UnicodeString word) {
          words.insert(std::move(word.foldCase()));
          return words.size() < fewest_words;
        }))
      break;
  return static_cast<int>(words.size());
}

text_figures figures_of_all(std::span<const std::string_view> texts,
                            const recap_length &length) {
  std::size_t bytes = 0;
  for (const auto text : texts)
    bytes += text.size();
  return {.characters = length.characters,
          .words = different_words(texts),
          .beyond =
              length.widest > largest_cluster || bytes > largest_recap_bytes};
}

}  // namespace

recap_length measured(std::string_view text) {
  if (ascii(text)) return ascii_measured(text);
  const auto whole = utf16(text);
  tally counted{whole};
  each_cluster(whole,
               [&](auto begin, auto end) { counted.cluster(begin, end); });
  if (!counted.dropped && !counted.joined) return counted.length;
  visible_text visible{whole};
  each_cluster(whole,
               [&](auto begin, auto end) { visible.cluster(begin, end); });
  int characters = 0;
  each_cluster(visible.out, [&](auto, auto) { ++characters; });
  return {.characters = characters, .widest = counted.length.widest};
}

recap_length measured(const recap &r) {
  recap_length all;
  for (const auto *part :
       {&r.topics_covered, &r.how_tutee_did, &r.next_steps}) {
    const auto one = measured(*part);
    all.characters += one.characters;
    all.widest = std::max(all.widest, one.widest);
  }
  return all;
}

std::size_t bytes_of(const recap &r) {
  return r.topics_covered.size() + r.how_tutee_did.size() + r.next_steps.size();
}

text_figures figures_of(std::string_view text) {
  return figures_of_all({&text, 1}, measured(text));
}

text_figures figures_of(const recap &r) {
  const std::array<std::string_view, 3> parts{r.topics_covered, r.how_tutee_did,
                                              r.next_steps};
  return figures_of_all(parts, measured(r));
}

}  // namespace recapd::workflows
