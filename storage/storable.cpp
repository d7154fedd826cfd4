// SPDX-License-Identifier: Apache-2.0
#include "storage/storable.hpp"

#include "workflows/utf8.hpp"

namespace recapd::storage {

namespace {

/// Returns the length of the well-formed character at the start of the text, 0
/// where there is none or it is U+0000.
std::size_t character(std::string_view text) {
  const auto c = workflows::first_code_point(text);
  return c.value == 0 ? 0 : c.bytes;
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
    while (end > 0 && workflows::continues_utf8(letter.event[end]))
      --end;
    letter.event.resize(end);
    letter.reason += " Of the text the beginning is kept.";
  }
  letter.event = storable(letter.event);
  return letter;
}

}  // namespace recapd::storage
