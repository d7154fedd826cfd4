// SPDX-License-Identifier: Apache-2.0
#include "pages/tables/break_tables.hpp"

#include <initializer_list>

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "workflows/text_breaks.hpp"
#include "workflows/text_classes.hpp"

namespace recapd::pages {
namespace {

constexpr UChar32 ka = 0x915, ssa = 0x937, virama = 0x94D;
constexpr UChar32 last_character = 0x10FFFF;

constexpr int named(std::string_view name) {
  for (const auto &[known, value] : classes)
    if (known == name) return value;
  for (const auto &[known, value] : flags)
    if (known == name) return value;
  throw "there is no such name";
}

int class_of(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
  case U_GCB_CONTROL:
  case U_GCB_CR:
  case U_GCB_LF:
    return named("control");
  case U_GCB_EXTEND:
    return named("extend");
  case U_GCB_ZWJ:
    return named("zwj");
  case U_GCB_REGIONAL_INDICATOR:
    return named("regional");
  case U_GCB_PREPEND:
    return named("prepend");
  case U_GCB_SPACING_MARK:
    return named("spacing");
  case U_GCB_L:
    return named("l");
  case U_GCB_V:
    return named("v");
  case U_GCB_T:
    return named("t");
  case U_GCB_LV:
  case U_GCB_LVT:
    return named("syllable");
  default:
    return named("other");
  }
}

/// Returns true if the characters are one cluster.
bool joined(std::initializer_list<UChar32> characters) {
  icu::UnicodeString text;
  for (const auto c : characters)
    text.append(c);
  int clusters = 0;
  workflows::each_cluster(text, [&](auto, auto) { ++clusters; });
  return clusters == 1;
}

/// Returns the part of a character in conjuncts (UAX #29, GB9c). The property
/// for it is younger than the rule in ICU, which is asked by examples instead.
int conjunct_flags(UChar32 c, int of_class) {
  static const bool has_conjuncts = joined({ka, virama, ssa});
  if (!has_conjuncts) return 0;
  if (of_class == named("other"))
    return joined({ka, virama, c}) ? named("consonant") : 0;
  if (of_class != named("extend") && of_class != named("zwj")) return 0;
  return (joined({ka, c, ssa}) ? named("linker") : 0)
         | (joined({ka, virama, c, ssa}) ? named("conjoining") : 0);
}

}  // namespace

int kind_of(UChar32 c) {
  const auto of_class = class_of(c);
  auto kind = of_class | conjunct_flags(c, of_class);
  if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC))
    kind |= named("pictographic");
  if (workflows::white_space(c)) kind |= named("space");
  if (workflows::invisible(c)) kind |= named("invisible");
  return kind;
}

std::vector<range> all_ranges() {
  std::vector<range> out;
  for (UChar32 c = 0; c <= last_character; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    const auto kind = kind_of(c);
    if (kind == 0) continue;
    if (!out.empty() && out.back().last == c - 1 && out.back().kind == kind)
      out.back().last = c;
    else
      out.push_back({.first = c, .last = c, .kind = kind});
  }
  return out;
}

}  // namespace recapd::pages
