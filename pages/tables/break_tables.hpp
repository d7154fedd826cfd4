// What of each character the count of a recap depends on, asked of ICU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/umachine.h>

namespace recapd::pages {

/// The classes of Grapheme_Cluster_Break as the tables have them; `syllable` is
/// a Hangul one, LV or LVT by its place.
inline constexpr std::pair<std::string_view, int> classes[] = {
    {"other", 0},    {"control", 1}, {"extend", 2},   {"zwj", 3},
    {"regional", 4}, {"prepend", 5}, {"spacing", 6},  {"l", 7},
    {"v", 8},        {"t", 9},       {"syllable", 10}};

/// What a character may be besides; the class is in the bits below.
inline constexpr std::pair<std::string_view, int> flags[] = {
    {"pictographic", 16}, {"consonant", 32}, {"linker", 64},
    {"conjoining", 128},  {"space", 256},    {"invisible", 512}};

/// Returns the class of a character with its flags.
[[nodiscard]] int kind_of(UChar32 c);

/// Characters of one kind.
struct range {
  UChar32 first = 0;
  UChar32 last = 0;
  int kind = 0;
};

/// Returns all ranges in order, but those of kind 0.
[[nodiscard]] std::vector<range> all_ranges();

}  // namespace recapd::pages
