// SPDX-License-Identifier: Apache-2.0
#include "workflows/person_name.hpp"

#include <cstdint>

#include <unicode/uchar.h>

#include "workflows/recap.hpp"
#include "workflows/text_breaks.hpp"

namespace recapd::workflows {

namespace {

/// Returns true for what would break a line, or steer a terminal.
bool steers(UChar32 c) {
  const auto kind = u_charType(c);
  return kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR
         || kind == U_PARAGRAPH_SEPARATOR;
}

bool any_steers(const icu::UnicodeString &text) {
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    if (steers(text.char32At(i))) return true;
  return false;
}

}  // namespace

std::string name_fault(std::string_view name) {
  const auto text = utf16(name);
  if (any_steers(text))
    return "name: expected text without control characters.";
  const auto seen = measured(name);
  int clusters = 0;
  each_cluster(text, [&](std::int32_t, std::int32_t) { ++clusters; });
  if (seen.characters < 1 || clusters > longest_person_name
      || seen.widest > largest_cluster)
    return "name: expected 1 to " + std::to_string(longest_person_name)
           + " characters, not all invisible.";
  return {};
}

}  // namespace recapd::workflows
