// SPDX-License-Identifier: Apache-2.0
#include "workflows/recap.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace recapd::workflows {

namespace {

bool ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

/// Outside CR LF, which is white space here, every ASCII character is a
/// cluster of its own.
int ascii_characters(std::string_view text) {
  int count = 0;
  bool gap = false;
  for (const char c : text) {
    if (ascii_space(c)) {
      gap = count > 0;
      continue;
    }
    count += gap ? 2 : 1;
    gap = false;
  }
  return count;
}

/// Without white space at the ends, and each inner run as one blank.
icu::UnicodeString folded(std::string_view text) {
  const auto whole = icu::UnicodeString::fromUTF8(
      icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
  icu::UnicodeString out{whole.length(), 0, 0};
  bool gap = false;
  // Every white space character is one unit of UTF-16.
  for (std::int32_t i = 0; i < whole.length(); ++i) {
    const char16_t unit = whole[i];
    if (u_isUWhiteSpace(unit)) {
      gap = !out.isEmpty();
      continue;
    }
    if (gap) out.append(u' ');
    gap = false;
    out.append(unit);
  }
  return out;
}

/// Finds clusters. Loading the rules takes long, so each thread keeps one.
icu::BreakIterator &clusters() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    auto *made = icu::BreakIterator::createCharacterInstance(
        icu::Locale::getRoot(), status);
    // Without ICU's data no length could be trusted.
    if (U_FAILURE(status)) std::abort();
    return std::unique_ptr<icu::BreakIterator>{made};
  }();
  return *iterator;
}

int clusters_in(const icu::UnicodeString &text) {
  auto &iterator = clusters();
  iterator.setText(text);
  int count = 0;
  while (iterator.next() != icu::BreakIterator::DONE)
    ++count;
  return count;
}

/// Precondition: folded. Two ASCII characters never share a cluster, so only
/// what lies between such places is looked at with ICU's rules.
int cluster_characters(const icu::UnicodeString &text) {
  auto ascii_at = [&](std::int32_t i) { return text[i] < 0x80; };
  int count = 0;
  std::int32_t begin = 0;
  for (std::int32_t i = 1; i <= text.length(); ++i) {
    if (i < text.length() && !(ascii_at(i - 1) && ascii_at(i))) continue;
    count +=
        i - begin == 1 ? 1 : clusters_in(text.tempSubStringBetween(begin, i));
    begin = i;
  }
  return count;
}

}  // namespace

int characters(std::string_view text) {
  if (ascii(text)) return ascii_characters(text);
  return cluster_characters(folded(text));
}

int characters(const recap &r) {
  return characters(r.topics_covered) + characters(r.how_tutee_did)
         + characters(r.next_steps);
}

}  // namespace recapd::workflows
