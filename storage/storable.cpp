// SPDX-License-Identifier: Apache-2.0
#include "storage/storable.hpp"

#include <cstdint>

namespace recapd::storage {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// The length of the well-formed character other than U+0000 that begins the
/// text, 0 if there is none.
std::size_t character(std::string_view text) {
  const auto lead = byte_at(text, 0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, i) & 0xc0U) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const auto second = byte_at(text, 1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)
      || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return 0;
  return length;
}

}  // namespace

bool is_storable(std::string_view text) {
  while (!text.empty()) {
    const auto length = character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string storable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = character(text);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

dead_letter storable(dead_letter letter) {
  letter.reason = storable(letter.reason);
  if (letter.event.size() > max_letter_bytes) {
    auto end = max_letter_bytes;
    while (end > 0 && (byte_at(letter.event, end) & 0xc0U) == 0x80)
      --end;
    letter.event.resize(end);
    letter.reason += " Of the text the beginning is kept.";
  }
  letter.event = storable(letter.event);
  return letter;
}

}  // namespace recapd::storage
